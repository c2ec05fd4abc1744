/**
 * Teaches a gesture head: Teachable Machine's own small network on PoseNet's features. Runs on tfjs, on any backend.
 *
 * Features are told apart in units of how much they vary, which takes a tenth of the steps and errs less on people and
 * places not seen before; afterwards that is folded into the first layer, so that the head takes the features as they
 * are.
 */
import { cast, div, matMul, oneHot, reshape, sub, tensor1d, tensor2d, tidy, train } from '@tensorflow/tfjs-core';
import { layers, sequential } from '@tensorflow/tfjs-layers';

import { DROPOUT, UNITS } from './head_shape.js';

const STEPS = 100; // about so many, whatever the number of pictures
const EPOCHS = { fewest: 8, most: 30 };
const BATCH = 32;
const LEARNING_RATE = 3e-4;
/** Of each cell's 51 features, 17 are probabilities, the rest distances in pixels; less than this is only noise. */
const SMALLEST_SPREAD = { probability: 0.05, distance: 10 };
const IN_A_CELL = { features: 51, probabilities: 17 };

/** An untaught head for so many labels. */
export function newHead(features, labels) {
  const start = () => ({ kernelInitializer: 'varianceScaling' });
  return sequential({
    layers: [
      layers.dense({ inputShape: [features], units: UNITS, activation: 'relu', ...start() }),
      layers.dropout({ rate: DROPOUT }),
      layers.dense({ units: labels, activation: 'softmax', useBias: false, ...start() }),
    ],
  });
}

/** Mean and standard deviation of each feature, the latter at least what is not noise. Pure. */
export function spreadOf(rows) {
  const mean = new Float32Array(rows[0].length);
  const deviation = new Float32Array(rows[0].length);
  for (const row of rows) row.forEach((value, index) => (mean[index] += value / rows.length));
  for (const row of rows) row.forEach((value, index) => (deviation[index] += (value - mean[index]) ** 2 / rows.length));
  deviation.forEach((variance, index) => {
    const kind = index % IN_A_CELL.features < IN_A_CELL.probabilities ? 'probability' : 'distance';
    deviation[index] = Math.max(Math.sqrt(variance), SMALLEST_SPREAD[kind]);
  });
  return { mean, deviation };
}

/**
 * @param {{x: Float32Array[], y: number[]}} training features, and the label of each
 * @param {{x: Float32Array[], y: number[]}} heldOut never learnt from
 * @param {(progress: object) => void} onEpoch { epoch, of, loss, accuracy, heldOutLoss, heldOutAccuracy } after each
 * @returns {Promise<import('@tensorflow/tfjs-layers').LayersModel>} the caller disposes it
 */
export async function trainHead({ training, heldOut, labels, onEpoch }) {
  const head = newHead(training.x[0].length, labels);
  const optimizer = train.adam(LEARNING_RATE);
  head.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const spread = spreadOf(training.x);
  const [x, y] = tensors(training, labels, spread);
  const validationData = heldOut.x.length > 0 ? tensors(heldOut, labels, spread) : undefined;
  const epochs = Math.min(EPOCHS.most, Math.max(EPOCHS.fewest, Math.round((STEPS * BATCH) / training.x.length)));
  const onEpochEnd = (epoch, { loss, acc, val_loss: heldOutLoss, val_acc: heldOutAccuracy }) =>
    onEpoch({ epoch: epoch + 1, of: epochs, loss, accuracy: acc, heldOutLoss, heldOutAccuracy });
  try {
    await head.fit(x, y, { epochs, batchSize: BATCH, shuffle: true, validationData, callbacks: { onEpochEnd } });
    foldIn(head, spread);
  } catch (error) {
    head.dispose();
    throw error;
  } finally {
    [x, y, ...(validationData ?? [])].forEach((tensor) => tensor.dispose());
    optimizer.dispose();
  }
  return head;
}

/** ((x − mean) / deviation) · K + b = x · (K / deviation) + (b − mean · (K / deviation)) */
function foldIn(head, { mean, deviation }) {
  tidy(() => {
    const [kernel, bias, last] = head.getWeights();
    const folded = div(kernel, tensor2d(deviation, [deviation.length, 1]));
    const moved = sub(bias, reshape(matMul(tensor2d(mean, [1, mean.length]), folded), [UNITS]));
    head.setWeights([folded, moved, last]);
  });
}

function tensors({ x, y }, labels, { mean, deviation }) {
  const length = x[0].length;
  const rows = new Float32Array(x.length * length);
  x.forEach((row, at) => row.forEach((value, index) => (rows[at * length + index] = (value - mean[index]) / deviation[index])));
  return [tensor2d(rows, [x.length, length]), tidy(() => cast(oneHot(tensor1d(y, 'int32'), labels), 'float32'))];
}
