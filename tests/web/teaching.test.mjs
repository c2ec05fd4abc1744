/** Teaching gestures in the browser: what is held out, how pictures are varied, the head itself and its export. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, it } from 'node:test';

import { exportFiles } from '../../web/dashboard/gestures/export_files.js';
import { LABELS, UNITS } from '../../web/dashboard/gestures/head_shape.js';
import { newHead, trainHead } from '../../web/dashboard/gestures/head_training.js';
import { curvePoints } from '../../web/dashboard/gestures/learning_curve.js';
import { split } from '../../web/dashboard/gestures/split.js';
import { relit, variation } from '../../web/dashboard/gestures/variations.js';
import { loadHead } from '../../web/kiosk/gestures/head.js';
import { FEATURES } from '../../web/kiosk/gestures/pose_net.js';

const ofTheKiosk = createRequire(new URL('../../web/package.json', import.meta.url));
const tf = ofTheKiosk('@tensorflow/tfjs-core');
const { unzipSync, zipSync } = ofTheKiosk('fflate');
ofTheKiosk('@tensorflow/tfjs-backend-cpu');

/** Numbers 0–1, the same each time. */
function numbers(seed = 1) {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

const recorded = (...bursts) =>
  bursts.flatMap(([gesture, burst, count]) => Array.from({ length: count }, () => ({ gesture, burst })));
const numbered = (samples) => samples.map((sample, id) => ({ ...sample, id }));

describe('what is held out', () => {
  it('is whole recordings, at least a fifth, at most half', () => {
    const samples = numbered(recorded(['O', 1, 20], ['X', 2, 15], ['O', 3, 10], ['X', 4, 15], ['X', 5, 2]));
    const { training, heldOut, whole } = split(samples);
    assert.equal(whole, true);
    assert.equal(training.length + heldOut.length, samples.length);
    const bursts = (ids) => new Set(ids.map((id) => samples[id].burst));
    assert.deepEqual([...bursts(heldOut)].sort(), [3, 5]);
    assert.ok([...bursts(heldOut)].every((burst) => !bursts(training).has(burst)), 'no recording on both sides');
  });

  it('is the end of a recording where there is only one', () => {
    const { heldOut, whole } = split(numbered(recorded(['O', 1, 20], ['X', 2, 10], ['X', 3, 10])));
    assert.equal(whole, false);
    assert.deepEqual(heldOut.filter((id) => id < 20), [16, 17, 18, 19]);
  });

  it('leaves something to learn from when one recording is nearly everything', () => {
    const { training, heldOut } = split(numbered(recorded(['O', 1, 2], ['O', 2, 30])));
    assert.deepEqual([training.length, heldOut], [30, [0, 1]]);
  });
});

describe('variations', () => {
  it('stray around the kiosk’s own square, every second one mirrored', () => {
    const random = numbers();
    const square = { x: 300, y: 200, side: 380 };
    const all = Array.from({ length: 400 }, (_, number) => variation(square, number, random));
    const mean = (pick) => all.reduce((sum, one) => sum + pick(one), 0) / all.length;
    assert.ok(Math.abs(mean((one) => one.square.x) - 300) < 4);
    assert.ok(all.every(({ square: { side } }) => side >= 0.75 * 380 && side <= 1.5 * 380));
    assert.deepEqual(all.slice(0, 4).map((one) => one.mirrored), [false, true, false, true]);
  });

  it('mirror and light the pixels, and leave the picture alone', () => {
    const rgba = new Uint8ClampedArray([10, 20, 30, 255, 200, 210, 220, 255, 1, 2, 3, 255, 4, 5, 6, 255]);
    const before = [...rgba];
    assert.deepEqual([...relit(rgba, 2, { mirrored: true, gain: 1, lift: 0 }).slice(0, 8)], [200, 210, 220, 255, 10, 20, 30, 255]);
    assert.deepEqual([...relit(rgba, 2, { mirrored: false, gain: 2, lift: 10 }).slice(0, 8)], [30, 50, 70, 255, 255, 255, 255, 255]);
    assert.deepEqual([...rgba], before);
  });
});

it('a learning curve goes from left to right, the better the higher', () => {
  const points = curvePoints([0, 0.5, 1], 3).split(' ').map((point) => point.split(',').map(Number));
  assert.ok(points[0][0] < points[1][0] && points[1][0] < points[2][0]);
  assert.ok(points[0][1] > points[1][1] && points[1][1] > points[2][1]);
});

describe('a head', () => {
  it('is learnt, tells what it has not seen, and leaves no tensor behind', async () => {
    const random = numbers(7);
    const row = (label) =>
      Float32Array.from({ length: 51 * 4 }, (_, index) => (index % 51 < 17 ? random() * 0.2 : random() * 60) + (Math.floor((index % 51) / 4) === label ? 0.5 : 0));
    const rows = (count) => {
      const y = Array.from({ length: count }, (_, index) => index % 4);
      return { x: y.map(row), y };
    };
    const before = tf.memory().numTensors;
    const epochs = [];
    const heldOut = rows(40);
    const head = await trainHead({ training: rows(160), heldOut, labels: 4, onEpoch: (one) => epochs.push(one) });
    assert.deepEqual([epochs[0].epoch, epochs[0].of, epochs.length], [1, 20, 20]);
    assert.ok(epochs.at(-1).loss < epochs[0].loss / 2);
    assert.ok(epochs.at(-1).heldOutAccuracy > 0.9, `held out: ${epochs.at(-1).heldOutAccuracy}`);
    tf.tidy(() => {
      const told = tf.argMax(head.predict(tf.stack(heldOut.x.map((one) => tf.tensor1d(one)))), 1).dataSync();
      const right = heldOut.y.filter((label, index) => told[index] === label).length / heldOut.y.length;
      assert.ok(Math.abs(right - epochs.at(-1).heldOutAccuracy) < 1e-6, 'it takes the features as they are');
    });
    head.dispose();
    assert.equal(tf.memory().numTensors, before);
  });

  it('comes back from its export, and the export is word for word a Teachable Machine one', async () => {
    const taught = newHead(FEATURES, LABELS.length);
    const [kernel1, bias1, kernel2] = taught.getWeights().map((tensor) => tensor.dataSync());
    const files = unzipSync(
      zipSync(exportFiles({ weights: { kernel1, bias1, kernel2 }, labels: LABELS, name: 'Room 204', madeAt: '2026-03-02T00:00:00.000Z' })),
    );
    const json = (name) => JSON.parse(new TextDecoder().decode(files[name]));
    const model = json('model.json');
    const head = await loadHead(
      tf.io.fromMemory({
        modelTopology: model.modelTopology,
        weightSpecs: model.weightsManifest[0].weights,
        weightData: files['weights.bin'].slice().buffer,
      }),
      json('metadata.json').labels,
    );
    tf.tidy(() => {
      const x = tf.fill([2, FEATURES], 0.3);
      assert.deepEqual([...head.predict(x).dataSync()], [...taught.predict(x).dataSync()]);
    });
    assert.equal(files['weights.bin'].length, 4 * (FEATURES * UNITS + UNITS + UNITS * LABELS.length));
    const ours = (name) => JSON.parse(readFileSync(new URL(`../../models/pose/${name}`, import.meta.url), 'utf8'));
    assert.deepEqual(model, ours('model.json'));
    assert.deepEqual({ ...json('metadata.json'), modelName: '', timeStamp: '' }, { ...ours('metadata.json'), modelName: '', timeStamp: '' });
    taught.dispose();
    head.dispose();
  });
});
