/** Prompts: the browser's voice where it has one, a recording without names where it has none. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import en from '../../web/kiosk/en.js';
import ko from '../../web/kiosk/ko.js';
import { Speech } from '../../web/kiosk/speech.js';
import { smaller, withoutName } from '../../web/recordings.js';

globalThis.SpeechSynthesisUtterance = class {
  constructor(text) {
    this.text = text;
  }
};

function browser(...languages) {
  const said = [];
  const synthesis = {
    getVoices: () => languages.map((lang) => ({ lang })),
    speak: ({ text }) => said.push(text),
    cancel: () => {},
  };
  const played = [];
  const play = (address) => {
    const one = { address, stopped: false, pause: () => (one.stopped = true) };
    played.push(one);
    return one;
  };
  const recording = (key, tag) => (key ? `${key}.${tag}` : null);
  return { said, played, speech: new Speech({ synthesis, recording, play }) };
}

describe('speech', () => {
  it('is the voice of the language', () => {
    const { said, played, speech } = browser('en-US', 'ko-KR');
    assert.equal(speech.say('안녕', 'ko-KR', 'say.x'), true);
    assert.deepEqual([said, played.length], [['안녕'], 0]);
  });

  it('is a recording where there is no such voice, and asks for the caption', () => {
    const { said, played, speech } = browser('en-US');
    assert.equal(speech.say('안녕', 'ko-KR', 'say.x'), false);
    assert.deepEqual([said, played[0].address], [[], 'say.x.ko-KR']);
    speech.say('둘', 'ko-KR', 'say.y');
    assert.deepEqual(played.map(({ stopped }) => stopped), [true, false]);
    speech.setMuted(true);
    assert.equal(played[1].stopped, true);
  });

  it('is silent when muted', () => {
    const { said, played, speech } = browser('ko-KR');
    speech.setMuted(true);
    assert.equal(speech.say('안녕', 'ko-KR', 'say.x'), false);
    assert.deepEqual([said, played], [[], []]);
  });
});

describe('recordings', () => {
  it('say no names, and are whole sentences in both languages', () => {
    assert.equal(withoutName('Is this you, {name}?', 'en'), 'Is this you?');
    assert.equal(withoutName('{name}, you are already checked in.', 'en'), 'You are already checked in.');
    assert.equal(withoutName('{name} 님은 이미 출석하셨어요.', 'ko'), '이미 출석하셨어요.');
    for (const [language, catalogue] of Object.entries({ en, ko })) {
      for (const [key, text] of Object.entries(catalogue).filter(([one]) => one.startsWith('say.'))) {
        assert.match(withoutName(text, language), /^[A-Z가-힣][^{}]*[.?]$/, key);
      }
    }
  });

  it('are a quarter of the size, of the same length and loudness', () => {
    const wav = Buffer.alloc(44 + 8);
    wav.writeUInt32LE(22050, 24);
    [16384, 16384, -32768, -32768].forEach((value, at) => wav.writeInt16LE(value, 44 + 2 * at));
    const small = smaller(wav);
    assert.equal(small.readUInt32LE(24), 11025);
    assert.deepEqual([...small.subarray(44)], [192, 0]);
  });
});
