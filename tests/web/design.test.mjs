import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const css = readFileSync(new URL('../../web/design/tokens.css', import.meta.url), 'utf8');
const [light, dark] = css.split('@media (prefers-color-scheme: dark)');

function colours(text) {
  return Object.fromEntries([...text.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]));
}

/** Relative luminance and contrast, WCAG 2.2. */
function luminance(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one, other) {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

const SURFACES = ['paper', 'card', 'well', 'accent-wash', 'present-wash', 'late-wash'];
const PAIRS = [
  ...SURFACES.flatMap((surface) => [['ink', surface], ['soft', surface]]),
  ['accent', 'paper'],
  ['accent', 'card'],
  ['accent', 'accent-wash'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-deep'],
  ...['present', 'late', 'absent', 'excused', 'waiting'].flatMap((code) => [[code, `${code}-wash`], [code, 'card'], [code, 'paper']]),
];

for (const [scheme, text] of [['light', light], ['dark', dark]]) {
  describe(`the ${scheme} colours`, () => {
    const palette = { ...colours(light), ...colours(text) };
    it('reach 4.5:1 for text (WCAG 2.2, 1.4.3)', () => {
      for (const [ink, surface] of PAIRS) {
        const ratio = contrast(palette[ink], palette[surface]);
        assert.ok(ratio >= 4.5, `${ink} on ${surface}: ${ratio.toFixed(2)}`);
      }
    });

    it('reach 3:1 for the edges of fields and buttons (1.4.11)', () => {
      for (const surface of ['paper', 'card']) {
        const ratio = contrast(palette.edge, palette[surface]);
        assert.ok(ratio >= 3, `edge on ${surface}: ${ratio.toFixed(2)}`);
      }
    });
  });
}

describe('the colours of high contrast', () => {
  const strong = readFileSync(new URL('../../web/design/contrast.css', import.meta.url), 'utf8');
  const [chosen, asked] = strong.split('@media (prefers-contrast: more)').map(colours);

  it('are the same whether the device asks for them or somebody chose them', () => {
    assert.deepEqual(asked, chosen);
  });

  it('reach 7:1 for text and edges (WCAG 2.2, 1.4.6)', () => {
    for (const [ink, surface] of [...PAIRS, ['edge', 'paper'], ['edge', 'card']]) {
      const ratio = contrast(chosen[ink], chosen[surface]);
      assert.ok(ratio >= 7, `${ink} on ${surface}: ${ratio.toFixed(2)}`);
    }
  });
});
