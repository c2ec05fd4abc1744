/** From the pixels of one square to the gesture's probabilities and the person's keypoints. Runs on tfjs. */
import { memory, tidy } from '@tensorflow/tfjs-core';

import { loadHead } from './head.js';
import { keypoints } from './keypoints.js';
import { PoseNet, toInput } from './pose_net.js';

export class Recogniser {
  /** @param {{poseNet: PoseNet, head: object, labels: string[], meanings: object}} parts loaded on the backend in use */
  constructor({ poseNet, head, labels, meanings = {} }) {
    Object.assign(this, { poseNet, head, labels, meanings });
  }

  /** Loads both networks from their addresses; `head` is that of the export's model.json. */
  static async load({ poseNet, head }) {
    const [{ labels }, meanings] = await Promise.all(['metadata.json', 'meanings.json'].map((name) => json(name, head)));
    const parts = await Promise.all([PoseNet.load(poseNet), loadHead(head, labels)]);
    return new Recogniser({ poseNet: parts[0], head: parts[1], labels, meanings });
  }

  /**
   * @param {Uint8ClampedArray} rgba the square, 257 × 257 pixels
   * @returns {Promise<{probabilities: Float32Array, points: {x, y, score}[], tensors: number}>} probabilities in the
   *   order of `labels`; points in pixels of the square; tensors kept by the backend, which must not grow
   */
  async look(rgba) {
    const outputs = tidy(() => {
      const { heatmap, offsets, features } = this.poseNet.run(toInput(rgba));
      return [heatmap, offsets, this.head.predict(features)];
    });
    try {
      const [heatmap, offsets, probabilities] = await Promise.all(outputs.map((output) => output.data()));
      return { probabilities, points: keypoints(heatmap, offsets), tensors: memory().numTensors - outputs.length };
    } finally {
      outputs.forEach((output) => output.dispose());
    }
  }

  dispose() {
    this.poseNet.dispose();
    this.head.dispose();
  }
}

async function json(name, beside) {
  const answer = await fetch(new URL(name, beside));
  if (!answer.ok) throw new Error(`no gesture model: ${answer.status} for ${name}`);
  return answer.json();
}
