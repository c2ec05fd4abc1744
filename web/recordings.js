/**
 * A step of the build: every spoken prompt as a recording, for browsers without a voice of the language. eSpeak NG
 * reads the catalogues; a recording says no names, for they are not known here. What it is: models/SOURCES.md.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import synthesise from 'espeak-ng';

import en from './kiosk/en.js';
import ko from './kiosk/ko.js';

const MODULE = 'virtual:recordings';
const RESOLVED = `\0${MODULE}`;
const CATALOGUES = { en, ko };
const WORDS_A_MINUTE = '150';
const SAMPLE = 'prompt.wav';
const WAV_HEADER = 44;
const NAME = { en: / ?\{name\}, |, \{name\}/g, ko: /\{name\}\s님(?:은|,)?\s?/g };

/** What is said without the name that is filled in later. Pure. */
export const withoutName = (text, language) => {
  const rest = text.replace(NAME[language], '');
  return rest.charAt(0).toUpperCase() + rest.slice(1);
};

/** 16-bit samples at 22,050 Hz as 8-bit WAV at half the rate: speech stays clear, a quarter of the size. Pure. */
export function smaller(wav) {
  const view = new DataView(wav.buffer, wav.byteOffset, wav.byteLength);
  const samples = Math.floor((wav.byteLength - WAV_HEADER) / 4);
  const rate = view.getUint32(24, true) / 2;
  const out = Buffer.alloc(WAV_HEADER + samples);
  out.write('RIFF', 0);
  out.writeUInt32LE(36 + samples, 4);
  out.write('WAVEfmt ', 8);
  out.writeUInt32LE(16, 16);
  out.writeUInt16LE(1, 20); // PCM
  out.writeUInt16LE(1, 22); // one channel
  out.writeUInt32LE(rate, 24);
  out.writeUInt32LE(rate, 28);
  out.writeUInt16LE(1, 32);
  out.writeUInt16LE(8, 34);
  out.write('data', 36);
  out.writeUInt32LE(samples, 40);
  for (let at = 0; at < samples; at += 1) {
    const both = view.getInt16(WAV_HEADER + 4 * at, true) + view.getInt16(WAV_HEADER + 4 * at + 2, true);
    out[WAV_HEADER + at] = Math.max(0, Math.min(255, Math.round(128 + both / 512)));
  }
  return out;
}

/** One prompt, spoken. */
async function spoken(program, text, language) {
  const said = await synthesise({
    arguments: ['-v', language, '-s', WORDS_A_MINUTE, '-w', SAMPLE, text],
    instantiateWasm: (imports, done) => done(new WebAssembly.Instance(program, imports), program),
    print: () => {},
    printErr: () => {},
  });
  return smaller(said.FS.readFile(SAMPLE));
}

export const recordings = () => {
  const files = new Map();
  return {
    name: 'recordings',
    resolveId: (id) => (id === MODULE ? RESOLVED : null),
    async load(id) {
      if (id !== RESOLVED) return null;
      const bytes = readFileSync(fileURLToPath(import.meta.resolve('espeak-ng').replace(/\.js$/, '.wasm')));
      const program = new WebAssembly.Module(bytes);
      const names = {};
      for (const [language, catalogue] of Object.entries(CATALOGUES)) {
        names[language] = {};
        for (const [key, text] of Object.entries(catalogue).filter(([one]) => one.startsWith('say.'))) {
          const wav = await spoken(program, withoutName(text, language), language);
          const digest = createHash('sha256').update(wav).digest('hex').slice(0, 8);
          names[language][key] = `${key.replaceAll('.', '-')}-${language}-${digest}.wav`;
          files.set(names[language][key], wav);
        }
      }
      return `export default ${JSON.stringify(names)};`;
    },
    generateBundle() {
      for (const [fileName, source] of files) this.emitFile({ type: 'asset', fileName, source });
    },
  };
};
