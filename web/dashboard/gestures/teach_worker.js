/**
 * Learns gestures beside the page: keeps the features of every recorded picture, teaches a head with them, tries it.
 * Pictures come as pixels and go no further; only numbers are kept.
 *
 *   { type: 'open', backend, poseNet, runs, within } → { type: 'loaded' }, then { type: 'opened', ms }
 *   { type: 'keep', id, label, squares }             → { type: 'kept', points }     squares: pixels, the first as it is
 *   { type: 'look', rgba }                           → { type: 'seen', points, probabilities|null }
 *   { type: 'forget', ids }                          → { type: 'forgotten' }
 *   { type: 'train', training, heldOut, labels }     → { type: 'epoch', … } after each, then { type: 'trained' }
 *   { type: 'weights' }                              → { type: 'weights', kernel1, bias1, kernel2 }
 *   on any fault                                     → { type: 'failed', message }
 */
import { tidy } from '@tensorflow/tfjs-core';

import { contextIsLost, useBackend } from '../../kiosk/gestures/backends.js';
import { keypoints } from '../../kiosk/gestures/keypoints.js';
import { PoseNet, toInput } from '../../kiosk/gestures/pose_net.js';
import { trainHead } from './head_training.js';

const kept = new Map(); // id → { label, rows: features of the picture as it is, then of its variations }
let poseNet = null;
let head = null;

const TASKS = {
  async open({ backend, poseNet: address, runs, within }) {
    await useBackend(backend);
    poseNet = await PoseNet.load(address);
    postMessage({ type: 'loaded' });
    await poseNet.warmUp();
    const times = [];
    const until = performance.now() + within;
    while (times.length === 0 || (times.length < runs && performance.now() < until)) {
      const begun = performance.now();
      await poseNet.warmUp();
      times.push(performance.now() - begun);
    }
    return { type: 'opened', ms: Math.min(...times) };
  },

  async keep({ id, label, squares }) {
    const looks = [];
    for (const rgba of squares) looks.push(await look(rgba));
    kept.set(id, { label, rows: looks.map(({ features }) => features) });
    return { type: 'kept', points: looks[0].points };
  },

  async look({ rgba }) {
    const { points, features } = await look(rgba, head);
    return { type: 'seen', points, probabilities: features };
  },

  async forget({ ids }) {
    ids.forEach((id) => kept.delete(id));
    return { type: 'forgotten' };
  },

  async train({ training, heldOut, labels }) {
    const taught = await trainHead({
      training: rowsOf(training, (rows) => rows),
      heldOut: rowsOf(heldOut, (rows) => rows.slice(0, 1)), // judged as the kiosk will see it
      labels,
      onEpoch: (progress) => postMessage({ type: 'epoch', ...progress }),
    });
    head?.dispose();
    head = taught;
    return { type: 'trained' };
  },

  async weights() {
    const [kernel1, bias1, kernel2] = await Promise.all(head.getWeights().map((tensor) => tensor.data()));
    return { type: 'weights', kernel1, bias1, kernel2 };
  },
};

/** Keypoints of a square, and its features; or, given a head, what that says of them (null: it is not taught yet). */
async function look(rgba, judge) {
  const outputs = tidy(() => {
    const { heatmap, offsets, features } = poseNet.run(toInput(rgba));
    if (judge === undefined) return [heatmap, offsets, features];
    return judge ? [heatmap, offsets, judge.predict(features)] : [heatmap, offsets];
  });
  try {
    const [heatmap, offsets, last = null] = await Promise.all(outputs.map((output) => output.data()));
    if (contextIsLost()) throw new Error('the graphics context is lost');
    return { points: keypoints(heatmap, offsets), features: last };
  } finally {
    outputs.forEach((output) => output.dispose());
  }
}

function rowsOf(ids, choose) {
  const x = [];
  const y = [];
  for (const { label, rows } of ids.map((id) => kept.get(id))) {
    for (const row of choose(rows)) {
      x.push(row);
      y.push(label);
    }
  }
  return { x, y };
}

addEventListener('message', async ({ data }) => {
  try {
    postMessage(await TASKS[data.type](data));
  } catch (error) {
    postMessage({ type: 'failed', message: String(error?.message ?? error) });
  }
});
