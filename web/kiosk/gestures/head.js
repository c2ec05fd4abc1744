/** The gesture head: a Teachable Machine pose export (`model.json`, `metadata.json`, `weights.bin`). Runs on tfjs. */
import { loadLayersModel } from '@tensorflow/tfjs-layers';

import { FEATURES } from './pose_net.js';

/** The model is not one that the kiosk can use; `reason` is `not_pose_features` or `labels_do_not_fit`. */
export class HeadRejected extends Error {
  constructor(reason, message) {
    super(message);
    this.name = 'HeadRejected';
    this.reason = reason;
  }
}

/**
 * @param {string|import('@tensorflow/tfjs-core').io.IOHandler} source address of its model.json, or a handler
 * @param {string[]} labels from metadata.json
 * @returns {Promise<import('@tensorflow/tfjs-layers').LayersModel>} (n, 14739) features → (n, labels) probabilities
 * @throws {HeadRejected}
 */
export async function loadHead(source, labels) {
  const model = await loadLayersModel(source);
  const takes = model.inputs[0].shape.at(-1);
  const gives = model.outputs[0].shape.at(-1);
  if (takes !== FEATURES) {
    model.dispose();
    throw new HeadRejected('not_pose_features', `takes ${takes} numbers; a pose model takes ${FEATURES}`);
  }
  if (gives !== labels.length) {
    model.dispose();
    throw new HeadRejected('labels_do_not_fit', `${gives} outputs, but ${labels.length} labels`);
  }
  return model;
}
