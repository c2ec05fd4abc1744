import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

import { DICTIONARIES, Texts, chooseLocale } from '../../web/kiosk/i18n.js';
import { RETRY_REASONS } from '../../web/kiosk/machine.js';
import { FALLBACK_STEPS, hintKeys } from '../../web/kiosk/panels.js';

const KIOSK = new URL('../../web/kiosk/', import.meta.url);
const CAMERA_TROUBLES = ['prompt', 'none', 'refused', 'insecure', 'busy', 'lost', 'black', 'frozen'];
const TROUBLES = ['server_away', 'no_session', 'session_not_open', 'not_paired', 'revoked', ...CAMERA_TROUBLES.map((s) => `camera_${s}`)];

describe('the dictionaries', () => {
  it('hold the same keys, and no empty text', () => {
    const [first, ...others] = Object.values(DICTIONARIES);
    for (const other of others) assert.deepEqual(Object.keys(other).sort(), Object.keys(first).sort());
    for (const texts of Object.values(DICTIONARIES)) assert.ok(Object.values(texts).every((text) => text.trim()));
  });

  it('fill in the same values', () => {
    const values = (text) => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const key of Object.keys(DICTIONARIES.en)) {
      assert.deepEqual(values(DICTIONARIES.ko[key]), values(DICTIONARIES.en[key]), key);
    }
  });

  it('have words for everything that the machine and the panels may say', () => {
    const keys = [
      ...[...RETRY_REASONS].flatMap((reason) => [`retry.${reason}.title`, `retry.${reason}.text`, `say.retry.${reason}`]),
      ...Object.entries(FALLBACK_STEPS).flatMap(([kind, steps]) => [
        `fallback.${kind}.title`,
        `fallback.${kind}.text`,
        `say.fallback.${kind}`,
        ...steps.map((step) => `fallback.${step}`),
      ]),
      ...['present', 'late', 'already', 'staying', 'left', 'left_early', 'excused', 'absent', 'kept'].flatMap((kind) => [
        `done.${kind}.title`,
        `done.${kind}.text`,
        `say.done.${kind}`,
      ]),
      ...TROUBLES.flatMap((kind) => [`trouble.${kind}.title`, `trouble.${kind}.text`]),
    ];
    for (const key of keys) assert.ok(key in DICTIONARIES.ko, key);
  });

  it('have every key that the code or the page names, and no other', () => {
    const sources = readdirSync(KIOSK)
      .filter((name) => name.endsWith('.js') && !['en.js', 'ko.js'].includes(name))
      .map((name) => readFileSync(new URL(name, KIOSK), 'utf8'));
    sources.push(readFileSync(new URL('../../server/templates/kiosk.html', import.meta.url), 'utf8'));
    const text = sources.join('\n');
    const named = [...text.matchAll(/(?:\bt\(|say\(|data-(?:text|label)=|label = )['"]([a-z_]+\.?[a-z_.]*)['"]/g)].map((m) => m[1]);
    assert.ok(named.length > 40);
    for (const key of named) assert.ok(key in DICTIONARIES.en, key);
    const composed = /^(challenging|claiming|keypad|retry|fallback|done|trouble|say|hint|language)\./;
    for (const key of Object.keys(DICTIONARIES.en)) assert.ok(composed.test(key) || text.includes(`'${key}'`) || text.includes(`"${key}"`), key);
  });
});

describe('texts', () => {
  it('fill values in, and leave unknown ones visible', () => {
    const texts = new Texts('ko');
    assert.equal(texts.t('confirming.number', { number: '2026001' }), '학번 2026001');
    assert.equal(texts.t('confirming.number'), '학번 {number}');
    assert.throws(() => texts.t('no.such.key'), RangeError);
  });

  it('choose the first language that is spoken', () => {
    assert.equal(chooseLocale(null, 'ko-KR', 'en'), 'ko');
    assert.equal(chooseLocale('fr', undefined, 'EN_us'), 'en');
    assert.equal(chooseLocale(), 'en');
  });

  it('tell the time by the course’s clock', () => {
    assert.match(new Texts('ko').time('2026-03-02T00:03:00Z', 'Asia/Seoul'), /오전 9:03/);
    assert.match(new Texts('en').time('2026-03-02T00:03:00Z', 'Asia/Seoul'), /0?9:03/);
  });

  it('give one hint a problem, and always one', () => {
    const has = (key) => key in DICTIONARIES.en;
    assert.deepEqual(hintKeys(['too_dark', 'too_small'], has), ['hint.too_dark', 'hint.too_small']);
    assert.deepEqual(hintKeys(['invented'], has), ['hint.other']);
    assert.equal(hintKeys(['too_dark', 'too_dark', 'blurred', 'tilted', 'too_small'], has).length, 3);
  });
});
