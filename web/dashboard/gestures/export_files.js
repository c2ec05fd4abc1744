/**
 * Writes a head as Teachable Machine does, layer by layer and name by name, so that its site, its libraries and this
 * program's own import take it. Pure. The same words as training/gestures/head.py.
 */
import { DROPOUT, UNITS } from './head_shape.js';

const TFJS = '1.3.1'; // whose format of a topology it is

/**
 * @param {object} head
 * @param {{kernel1: Float32Array, bias1: Float32Array, kernel2: Float32Array}} head.weights row by row
 * @param {string[]} head.labels in the order of the outputs
 * @param {string} head.name
 * @param {string} head.madeAt ISO 8601
 * @returns {Record<string, Uint8Array>} the three files by name
 */
export function exportFiles({ weights, labels, name, madeAt }) {
  const { kernel1, bias1, kernel2 } = weights;
  const features = kernel1.length / UNITS;
  const listed = [
    { name: 'dense_Dense1/kernel', shape: [features, UNITS], dtype: 'float32' },
    { name: 'dense_Dense1/bias', shape: [UNITS], dtype: 'float32' },
    { name: 'dense_Dense2/kernel', shape: [UNITS, labels.length], dtype: 'float32' },
  ];
  const model = {
    modelTopology: topology(features, labels.length),
    weightsManifest: [{ paths: ['weights.bin'], weights: listed }],
  };
  const metadata = {
    tfjsVersion: TFJS,
    tmVersion: '2.4.5',
    packageVersion: '0.8.6',
    packageName: '@teachablemachine/pose',
    timeStamp: madeAt,
    userMetadata: {},
    modelName: name,
    labels,
    modelSettings: {
      posenet: { architecture: 'MobileNetV1', outputStride: 16, inputResolution: 257, multiplier: 0.75 },
    },
  };
  return {
    'model.json': text(model),
    'metadata.json': text(metadata),
    'weights.bin': bytes([kernel1, bias1, kernel2]),
  };
}

function topology(features, labels) {
  const dropout = { rate: DROPOUT, noise_shape: null, seed: null, name: 'dropout_Dropout1', trainable: true };
  return {
    class_name: 'Sequential',
    config: {
      name: 'sequential_1',
      layers: [
        dense('dense_Dense1', UNITS, 'relu', true, { batch_input_shape: [null, features], dtype: 'float32' }),
        { class_name: 'Dropout', config: dropout },
        dense('dense_Dense2', labels, 'softmax', false),
      ],
    },
    keras_version: `tfjs-layers ${TFJS}`,
    backend: 'tensor_flow.js',
  };
}

function dense(name, units, activation, bias, more = {}) {
  return {
    class_name: 'Dense',
    config: {
      units,
      activation,
      use_bias: bias,
      kernel_initializer: {
        class_name: 'VarianceScaling',
        config: { scale: 1, mode: 'fan_in', distribution: 'normal', seed: null },
      },
      bias_initializer: { class_name: 'Zeros', config: {} },
      kernel_regularizer: null,
      bias_regularizer: null,
      activity_regularizer: null,
      kernel_constraint: null,
      bias_constraint: null,
      name,
      trainable: true,
      ...more,
    },
  };
}

const text = (value) => new TextEncoder().encode(JSON.stringify(value));

/** Little-endian, as every browser's own numbers are. */
function bytes(arrays) {
  const all = new Float32Array(arrays.reduce((sum, array) => sum + array.length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return new Uint8Array(all.buffer);
}
