import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { intentOf } from '../../web/kiosk/keys.js';
import { newNonce } from '../../web/kiosk/nonce.js';

const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const press = (key, code = '', more = {}) => ({ key, code, ...more });
const inside = (...names) => ({ closest: (selector) => (names.some((name) => selector.includes(name)) ? {} : null) });

describe('keys', () => {
  it('space and enter check in', () => {
    assert.equal(intentOf(press(' '), 'waiting'), 'CAPTURE');
    assert.equal(intentOf(press('Enter'), 'retry'), 'CAPTURE');
  });

  it('space never answers a question', () => {
    assert.equal(intentOf(press(' '), 'confirming'), null);
    assert.equal(intentOf(press('Enter'), 'confirming'), null);
  });

  it('O, Y and X, N answer, and only a question', () => {
    for (const key of ['o', 'O', 'y']) assert.equal(intentOf(press(key), 'confirming'), 'O');
    for (const key of ['x', 'X', 'n']) assert.equal(intentOf(press(key), 'confirming'), 'X');
    assert.equal(intentOf(press('o'), 'waiting'), null);
  });

  it('a Korean input method changes nothing', () => {
    assert.equal(intentOf(press('ㅐ', 'KeyO'), 'confirming'), 'O');
    assert.equal(intentOf(press('ㅌ', 'KeyX'), 'confirming'), 'X');
    assert.equal(intentOf(press('Process', 'KeyO'), 'confirming'), 'O');
  });

  it('another keyboard layout is believed', () => {
    assert.equal(intentOf(press('r', 'KeyO'), 'confirming'), null);
  });

  it('leaves shortcuts, repeats, buttons, fields and dialogs alone', () => {
    assert.equal(intentOf(press(' ', '', { repeat: true }), 'waiting'), null);
    assert.equal(intentOf(press('x', '', { ctrlKey: true }), 'confirming'), null);
    assert.equal(intentOf(press(' ', '', { target: inside('button') }), 'waiting'), null);
    assert.equal(intentOf(press('Escape', '', { target: inside('dialog') }), 'waiting'), null);
    assert.equal(intentOf(press('o', '', { target: inside('button') }), 'confirming'), 'O');
  });

  it('escape goes back', () => assert.equal(intentOf(press('Escape'), 'confirming'), 'BACK'));
});

describe('nonces', () => {
  it('are random UUIDs, with crypto.randomUUID or without it', () => {
    const plain = { getRandomValues: (bytes) => globalThis.crypto.getRandomValues(bytes) };
    for (const source of [globalThis.crypto, plain]) {
      const made = new Set(Array.from({ length: 200 }, () => newNonce(source)));
      assert.equal(made.size, 200);
      for (const nonce of made) assert.match(nonce, UUID4);
    }
  });
});
