/** PoseNet (MobileNetV1 0.75, stride 16), as a Teachable Machine pose model expects it. Runs on tfjs. */
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { concat, dispose, io, reshape, sigmoid, tensor4d, tidy } from '@tensorflow/tfjs-core';

import { fuseConvolutions } from './fusion.js';
import { CELLS, KEYPOINTS, RESOLUTION } from './keypoints.js';

const INPUT = 'sub_2';
const OUTPUTS = ['MobilenetV1/heatmap_2/BiasAdd', 'MobilenetV1/offset_2/BiasAdd'];
/** Length of the feature vector: every cell's 17 probabilities and 34 offsets. */
export const FEATURES = CELLS * CELLS * 3 * KEYPOINTS;

/** RGBA bytes (257 × 257) → the network's input, -1 … 1. */
export function toInput(rgba) {
  const values = new Float32Array(RESOLUTION * RESOLUTION * 3);
  for (let from = 0, to = 0; to < values.length; from += 4, to += 3) {
    values[to] = rgba[from] / 127.5 - 1;
    values[to + 1] = rgba[from + 1] / 127.5 - 1;
    values[to + 2] = rgba[from + 2] / 127.5 - 1;
  }
  return values;
}

export class PoseNet {
  /** @param {string|import('@tensorflow/tfjs-core').io.IOHandler} source address of its model.json, or a handler */
  static async load(source) {
    const files = typeof source === 'string' ? io.http(source) : source;
    const load = async () => {
      const artifacts = await files.load();
      return { ...artifacts, modelTopology: fuseConvolutions(artifacts.modelTopology) };
    };
    return new PoseNet(await loadGraphModel({ load }));
  }

  constructor(model) {
    this.model = model;
  }

  /**
   * @param {Float32Array} input 257 × 257 × 3, from `toInput`
   * @returns {{heatmap, offsets, features}} tensors (1, 17, 17, 17) probabilities, (1, 17, 17, 34) px, and both as
   *   one row (1, 14739); the caller disposes them, best by a `tidy` around
   */
  run(input) {
    return tidy(() => {
      const image = tensor4d(input, [1, RESOLUTION, RESOLUTION, 3]);
      const [logits, offsets] = this.model.execute({ [INPUT]: image }, OUTPUTS);
      const heatmap = sigmoid(logits);
      return { heatmap, offsets, features: reshape(concat([heatmap, offsets], 3), [1, FEATURES]) };
    });
  }

  /** Runs once on a black picture and waits for the result: what a backend prepares at first use is then ready. */
  async warmUp() {
    const outputs = this.run(new Float32Array(RESOLUTION * RESOLUTION * 3).fill(-1));
    await outputs.heatmap.data();
    dispose(outputs);
  }

  dispose() {
    this.model.dispose();
  }
}
