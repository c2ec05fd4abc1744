/** The gesture networks themselves, on tfjs in node: PoseNet as it is shipped, and every pose export at hand. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { before, describe, it } from 'node:test';

import { fuseConvolutions } from '../../web/kiosk/gestures/fusion.js';
import { HeadRejected, loadHead } from '../../web/kiosk/gestures/head.js';
import { RESOLUTION } from '../../web/kiosk/gestures/keypoints.js';
import { FEATURES, PoseNet, toInput } from '../../web/kiosk/gestures/pose_net.js';
import { Recogniser } from '../../web/kiosk/gestures/recogniser.js';

const ofTheKiosk = createRequire(new URL('../../web/package.json', import.meta.url));
const tf = ofTheKiosk('@tensorflow/tfjs-core');
ofTheKiosk('@tensorflow/tfjs-backend-cpu');

const POSENET = new URL('../../web/node_modules/@kubohiroya/turbowarp-tmpose/dist/posenet/mobilenet-v1-075-stride16/', import.meta.url);
const EXPORTS = new URL('../../../shared/data/teachable_machine/', import.meta.url);
const skip = existsSync(EXPORTS) ? false : 'the public exports (../shared/data/teachable_machine) are not on this machine';

const json = (url) => JSON.parse(readFileSync(url, 'utf8'));

/** As tfjs' own readers give it; the weights come from files or, when there are none, from `weights`. */
function artifacts(folder, name, weights = null) {
  const { modelTopology, format, weightsManifest } = json(new URL(name, folder));
  const files = weightsManifest.flatMap((group) => group.paths).map((path) => weights ?? readFileSync(new URL(path, folder)));
  return tf.io.fromMemory({
    modelTopology,
    format,
    weightSpecs: weightsManifest.flatMap((group) => group.weights),
    weightData: new Uint8Array(Buffer.concat(files)).buffer,
  });
}

/** Small numbers, the same each time. */
function noise(bytes) {
  const values = new Float32Array(bytes / 4);
  let seed = 1;
  for (let index = 0; index < values.length; index += 1) {
    seed = (seed * 48271) % 2147483647;
    values[index] = (seed / 2147483647 - 0.5) * 0.05;
  }
  return Buffer.from(values.buffer);
}

function exportWithNoise(folder) {
  const bytes = Number(readFileSync(new URL('EXPECTED_WEIGHTS.txt', folder), 'utf8').match(/bytes: (\d+)/)[1]);
  const { labels, tfjsVersion } = json(new URL('metadata.json', folder));
  return { handler: artifacts(folder, 'model.json', noise(bytes)), labels, tfjsVersion };
}

describe('public Teachable Machine pose exports', { skip }, () => {
  const folder = new URL('pose/', EXPORTS);
  const names = skip ? [] : readdirSync(folder);

  it('all load, and give one probability a label', async () => {
    const versions = new Set();
    assert.ok(names.length > 10);
    for (const name of names) {
      const { handler, labels, tfjsVersion } = exportWithNoise(new URL(`${name}/`, folder));
      const head = await loadHead(handler, labels);
      const probabilities = tf.tidy(() => head.predict(tf.fill([1, FEATURES], 0.1)).dataSync());
      assert.equal(probabilities.length, labels.length, name);
      assert.ok(Math.abs(probabilities.reduce((a, b) => a + b) - 1) < 1e-5, name);
      versions.add(tfjsVersion);
      head.dispose();
    }
    assert.deepEqual([...versions].sort(), ['1.3.1', '1.7.4'], 'topologies of both writers are among them');
  });

  it('are refused when the labels do not fit', async () => {
    const { handler, labels } = exportWithNoise(new URL(`${names[0]}/`, folder));
    await assert.rejects(loadHead(handler, [...labels, 'one more']), { name: 'HeadRejected', reason: 'labels_do_not_fit' });
  });

  it('are refused when the weights are cut short', async () => {
    const one = new URL(`${names[0]}/`, folder);
    await assert.rejects(loadHead(artifacts(one, 'model.json', noise(4096)), ['a', 'b']));
  });

  it('are told from image models', async () => {
    const images = new URL('image/', EXPORTS);
    const image = new URL(`${readdirSync(images)[0]}/`, images);
    const { labels } = json(new URL('metadata.json', image));
    await assert.rejects(loadHead(artifacts(image, 'model.json'), labels), HeadRejected);
  });
});

describe('PoseNet', () => {
  let poseNet;

  before(async () => {
    poseNet = await PoseNet.load(artifacts(POSENET, 'model-stride16.json'));
  });

  it('gives probabilities, offsets, and both side by side as the features', () => {
    tf.tidy(() => {
      const grey = new Uint8ClampedArray(RESOLUTION * RESOLUTION * 4).fill(127);
      const { heatmap, offsets, features } = poseNet.run(toInput(grey));
      assert.deepEqual(heatmap.shape, [1, 17, 17, 17]);
      assert.deepEqual(offsets.shape, [1, 17, 17, 34]);
      assert.deepEqual(features.shape, [1, FEATURES]);
      const [probabilities, distances, both] = [heatmap, offsets, features].map((one) => one.dataSync());
      assert.ok(probabilities.every((value) => value >= 0 && value <= 1));
      assert.deepEqual(both.slice(0, 17), probabilities.slice(0, 17));
      assert.deepEqual(both.slice(17, 51), distances.slice(0, 34));
    });
  });

  it('gives the same with its convolutions joined as without', async () => {
    const plain = await ofTheKiosk('@tensorflow/tfjs-converter').loadGraphModel(artifacts(POSENET, 'model-stride16.json'));
    const picture = Float32Array.from({ length: RESOLUTION * RESOLUTION * 3 }, (_, index) => Math.sin(index / 700));
    tf.tidy(() => {
      const outputs = plain.execute({ sub_2: tf.tensor4d(picture, [1, RESOLUTION, RESOLUTION, 3]) }, [
        'MobilenetV1/heatmap_2/BiasAdd',
        'MobilenetV1/offset_2/BiasAdd',
      ]);
      const joined = poseNet.run(picture);
      const expected = [tf.sigmoid(outputs[0]).dataSync(), outputs[1].dataSync()];
      [joined.heatmap, joined.offsets].forEach((tensor, which) => {
        const values = tensor.dataSync();
        assert.ok(values.every((value, index) => Math.abs(value - expected[which][index]) < 0.005));
      });
    });
    plain.dispose();
    const { modelTopology } = json(new URL('model-stride16.json', POSENET));
    const operations = new Set(fuseConvolutions(modelTopology).node.map((node) => node.op));
    assert.deepEqual([...operations].sort(), ['Const', 'FusedDepthwiseConv2dNative', 'Placeholder', '_FusedConv2D']);
  });

  it('is fed with -1 … 1, red first', () => {
    const rgba = new Uint8ClampedArray(RESOLUTION * RESOLUTION * 4);
    rgba.set([0, 255, 127.5, 255]);
    const input = toInput(rgba);
    assert.equal(input.length, RESOLUTION * RESOLUTION * 3);
    assert.deepEqual([...input.slice(0, 2)], [-1, 1]);
    assert.ok(Math.abs(input[2]) < 0.01);
  });

  it('and the head keep no tensor from one look to the next', { skip }, async () => {
    const folder = new URL('pose/', EXPORTS);
    const { handler, labels } = exportWithNoise(new URL(`${readdirSync(folder)[0]}/`, folder));
    const recogniser = new Recogniser({ poseNet, head: await loadHead(handler, labels), labels });
    const rgba = new Uint8ClampedArray(RESOLUTION * RESOLUTION * 4).fill(90);
    const kept = [];
    for (let look = 0; look < 3; look += 1) {
      const { probabilities, points, tensors } = await recogniser.look(rgba);
      assert.equal(probabilities.length, labels.length);
      assert.equal(points.length, 17);
      kept.push(tensors, tf.memory().numTensors);
    }
    assert.equal(new Set(kept).size, 1, `tensors kept: ${kept}`);
  });
});
