import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { chooseBackend } from '../../web/kiosk/gestures/backend_choice.js';
import { Framing, SIDE_IN_SHOULDER_WIDTHS, aroundShoulders, toPicture, wholePicture } from '../../web/kiosk/gestures/framing.js';
import { wantedIn } from '../../web/kiosk/gestures/gestures.js';
import { AT_REST, HOLD, hold } from '../../web/kiosk/gestures/hold.js';
import { KEYPOINTS, LEFT_SHOULDER, NOSE, RESOLUTION, RIGHT_SHOULDER, keypoints } from '../../web/kiosk/gestures/keypoints.js';
import { gesturesOf, likeliest } from '../../web/kiosk/gestures/labels.js';
import { eased, lines } from '../../web/kiosk/gestures/skeleton.js';
import { overlap } from '../../web/kiosk/gestures/square_picture.js';

const CAPTURE = new Set(['CAPTURE']);
const ANSWERS = new Set(['O', 'X']);

describe('a gesture that is held', () => {
  /** Feeds frames `every` ms apart; each is a gesture, or [gesture, probability]. */
  function play(frames, { wanted = CAPTURE, every = 50, state = AT_REST, at = 1_000 } = {}) {
    const steps = [];
    frames.forEach((frame, index) => {
      const [gesture, probability] = Array.isArray(frame) ? frame : [frame, 0.97];
      steps.push(hold(state, { gesture, probability, now: at + index * every }, wanted));
      state = steps.at(-1).state;
    });
    return steps;
  }
  const times = (count, frame) => Array(count).fill(frame);
  const firedAt = (steps) => steps.flatMap((one, index) => (one.fired ? [index] : []));

  it('counts after 350 ms when frames are quick, after four frames when they are slow', () => {
    assert.deepEqual(firedAt(play(times(12, 'CAPTURE'), { every: 50 })), [7]);
    assert.deepEqual(firedAt(play(times(12, 'CAPTURE'), { every: 200 })), [3]);
  });

  it('fills from nothing to all, and never shrinks on the way', () => {
    const progress = play(times(8, 'CAPTURE')).map((one) => one.progress);
    assert.equal(progress[0], 0);
    assert.equal(progress.at(-1), 1);
    assert.deepEqual(progress, progress.toSorted((a, b) => a - b));
  });

  it('says how surely: the least sure frame, how many, how long', () => {
    const frames = [...times(6, 'CAPTURE'), ['CAPTURE', 0.92], ...times(5, 'CAPTURE')];
    assert.deepEqual(play(frames).find((one) => one.fired).fired, { confidence: 0.92, frames: 8, ms: 350 });
  });

  it('begins anew after a frame that is unsure, different, or shows nobody', () => {
    for (const broken of [['CAPTURE', 0.89], 'X', null]) {
      const steps = play([...times(7, 'CAPTURE'), broken, ...times(8, 'CAPTURE')]);
      assert.deepEqual(firedAt(steps), [15]);
      assert.equal(steps[7].progress, 0);
    }
  });

  it('begins anew after a long gap: those frames were not in a row', () => {
    const [before] = play(['CAPTURE']).slice(-1);
    const after = play(['CAPTURE'], { state: before.state, at: 1_000 + HOLD.gap + 1 });
    assert.equal(after[0].progress, 0);
  });

  it('counts once until it is released, and one stray frame releases nothing', () => {
    assert.deepEqual(firedAt(play(times(60, 'CAPTURE'))), [7]);
    assert.deepEqual(firedAt(play([...times(8, 'CAPTURE'), null, ...times(20, 'CAPTURE')])), [7]);
    assert.deepEqual(firedAt(play([...times(8, 'CAPTURE'), null, null, ...times(8, 'CAPTURE')])), [7, 17]);
  });

  it('stays spent through states in which it means nothing', () => {
    const fired = play(times(8, 'CAPTURE')).at(-1).state;
    const matching = play(times(5, 'CAPTURE'), { state: fired, wanted: new Set(), at: 2_000, every: 500 });
    assert.deepEqual(firedAt(play(times(20, 'CAPTURE'), { state: matching.at(-1).state, at: 9_000 })), []);
  });

  it('means nothing where it is not asked for', () => {
    assert.deepEqual(firedAt(play(times(20, 'O'))), []);
    assert.deepEqual(firedAt(play(times(20, 'CAPTURE'), { wanted: ANSWERS })), []);
    assert.deepEqual(firedAt(play(times(20, null))), []);
    assert.deepEqual(firedAt(play([...times(7, 'O'), ...times(7, 'X')], { wanted: ANSWERS })), []);
  });

  it('is asked for while the kiosk waits or asks, and nowhere else', () => {
    assert.deepEqual(wantedIn({ name: 'waiting', detail: {} }), CAPTURE);
    assert.deepEqual(wantedIn({ name: 'confirming', detail: { answer: null } }), ANSWERS);
    assert.equal(wantedIn({ name: 'confirming', detail: { answer: 'O' } }).size, 0);
    for (const name of ['starting', 'choosing', 'trouble', 'counting_down', 'matching', 'done', 'retry', 'fallback']) {
      assert.equal(wantedIn({ name, detail: {} }).size, 0, name);
    }
  });
});

describe('the framing', () => {
  const SIZE = { width: 640, height: 480 };
  function points(x, y, across, score = 0.9) {
    const all = Array.from({ length: KEYPOINTS }, () => ({ x: 0, y: 0, score: 0.1 }));
    all[LEFT_SHOULDER] = { x: x + across / 2, y, score };
    all[RIGHT_SHOULDER] = { x: x - across / 2, y, score };
    return all;
  }

  it('begins with the whole picture, letterboxed', () => {
    const framing = new Framing();
    assert.deepEqual(framing.square(640, 480), { x: 320, y: 240, side: 640 });
    assert.equal(framing.see(points(200, 150, 60), 0), false, 'the head never saw a whole picture in training');
  });

  it('goes to the shoulders at once, then follows by halves', () => {
    const framing = new Framing();
    framing.square(640, 480);
    framing.see(points(200, 150, 60), 0);
    assert.deepEqual(framing.square(640, 480), { x: 200, y: 150, side: 60 * SIDE_IN_SHOULDER_WIDTHS });
    assert.equal(framing.see(points(220, 150, 60), 50), true);
    assert.equal(framing.square(640, 480).x, 210);
  });

  it('keeps the square for a second without shoulders, then searches the whole picture', () => {
    const framing = new Framing();
    framing.square(640, 480);
    framing.see(points(200, 150, 60), 0);
    assert.equal(framing.see(points(0, 0, 0, 0.29), 900), false);
    assert.equal(framing.square(640, 480).side, 60 * SIDE_IN_SHOULDER_WIDTHS);
    framing.see(points(0, 0, 0, 0.29), 1_000);
    assert.deepEqual(framing.square(640, 480), wholePicture(640, 480));
  });

  it('begins anew with a camera of another size', () => {
    const framing = new Framing();
    framing.square(640, 480);
    framing.see(points(200, 150, 60), 0);
    assert.deepEqual(framing.square(1280, 720), wholePicture(1280, 720));
  });

  it('is never wider than the picture is long, nor nothing at all', () => {
    assert.equal(aroundShoulders(points(320, 200, 400), SIZE).side, 640);
    assert.ok(aroundShoulders(points(320, 200, 0), SIZE).side > 0);
    assert.equal(aroundShoulders(points(320, 200, 60, 0.2), SIZE), null);
  });

  it('brings points of the square back to where they are in the picture', () => {
    const square = { x: 100, y: 50, side: 2 * RESOLUTION };
    const [corner, middle] = toPicture([{ x: 0, y: 0, score: 1 }, { x: RESOLUTION / 2, y: RESOLUTION / 2, score: 1 }], square);
    assert.deepEqual(corner, { x: 100 - RESOLUTION, y: 50 - RESOLUTION, score: 1 });
    assert.deepEqual(middle, { x: 100, y: 50, score: 1 });
  });

  it('cuts what lies in the picture, and leaves the rest black', () => {
    assert.deepEqual(overlap({ x: 320, y: 240, side: 640 }, 640, 480, 64), { from: [0, 0, 640, 480], to: [0, 8, 64, 48] });
    assert.deepEqual(overlap({ x: 0, y: 0, side: 100 }, 640, 480, 100), { from: [0, 0, 50, 50], to: [50, 50, 50, 50] });
    assert.equal(overlap({ x: -100, y: 0, side: 100 }, 640, 480), null);
  });
});

describe('keypoints', () => {
  it('lie where the likeliest cell and its offsets say', () => {
    const heatmap = new Float32Array(17 * 17 * 17).fill(0.01);
    const offsets = new Float32Array(17 * 17 * 34);
    const cell = 3 * 17 + 5; // row 3, column 5
    heatmap[cell * 17 + NOSE] = 0.8;
    offsets[cell * 34 + NOSE] = -2;
    offsets[cell * 34 + 17 + NOSE] = 4;
    const [nose] = keypoints(heatmap, offsets);
    assert.deepEqual([nose.x, nose.y], [5 * 16 + 4, 3 * 16 - 2]);
    assert.ok(Math.abs(nose.score - 0.8) < 1e-6);
  });

  it('are joined to arms where both ends are seen, and eased unless somebody else stands there', () => {
    const all = Array.from({ length: KEYPOINTS }, (_, index) => ({ x: index, y: 0, score: index === 9 ? 0.1 : 0.9 }));
    assert.equal(lines(all).length, 4);
    const [moved] = eased([{ x: 100, y: 0, score: 1 }], [{ x: 0, y: 0, score: 1 }], 640);
    assert.equal(moved.x, 60);
    const [other] = eased([{ x: 600, y: 0, score: 1 }], [{ x: 0, y: 0, score: 1 }], 640);
    assert.equal(other.x, 600);
  });
});

describe('labels', () => {
  it('name gestures whatever their case; others mean rest, unless they were given a meaning', () => {
    assert.deepEqual(gesturesOf(['capture', ' O ', 'X', 'IDLE', 'Class 5']), ['CAPTURE', 'O', 'X', null, null]);
    assert.deepEqual(gesturesOf(['손들기', '네'], { 손들기: 'CAPTURE', 네: 'O' }), ['CAPTURE', 'O']);
    assert.deepEqual(likeliest([0.1, 0.7, 0.2], ['CAPTURE', 'O', null]), { gesture: 'O', probability: 0.7 });
    assert.equal(likeliest([0.1, 0.2, 0.7], ['CAPTURE', 'O', null]).gesture, null);
  });
});

describe('the trial of backends', () => {
  /** A machine on which each backend takes so many ms, or does not work. */
  async function tryOn(speeds, remembered = null) {
    const log = [];
    const open = async (backend, within) => {
      if (!(backend in speeds)) throw new Error('not here');
      if (speeds[backend] > within) throw new Error('too slow');
      return { backend, ms: speeds[backend], close: () => log.push(`close ${backend}`) };
    };
    const use = (reader) => log.push(`use ${reader.backend}`);
    const best = await chooseBackend({ open, use, remembered });
    return { best: best.backend, log };
  }

  it('uses the first that works at once, and keeps it while no other is clearly faster', async () => {
    assert.deepEqual(await tryOn({ wasm: 40, webgl: 900 }), { best: 'wasm', log: ['use wasm', 'close webgl'] });
    assert.equal((await tryOn({ wasm: 40, webgl: 35 })).best, 'wasm');
  });

  it('changes to a faster one, and closes the slower after it', async () => {
    const { best, log } = await tryOn({ wasm: 40, webgl: 12, webgpu: 5 });
    assert.equal(best, 'webgpu');
    assert.deepEqual(log, ['use wasm', 'use webgl', 'close wasm', 'use webgpu', 'close webgl']);
  });

  it('opens only the one remembered, and tries again when that is gone', async () => {
    assert.deepEqual(await tryOn({ wasm: 40, webgl: 12 }, 'wasm'), { best: 'wasm', log: ['use wasm'] });
    assert.equal((await tryOn({ wasm: 40 }, 'webgl')).best, 'wasm');
  });

  it('has patience with the first, and none with a slow rival', async () => {
    assert.deepEqual(await tryOn({ wasm: 9_000, webgl: 8_000 }), { best: 'wasm', log: ['use wasm'] });
    assert.equal((await tryOn({ wasm: 9_000 }, 'wasm')).best, 'wasm');
  });

  it('says why when nothing works', async () => {
    await assert.rejects(tryOn({}), { name: 'AggregateError', message: /wasm: not here; webgl: not here; webgpu/ });
  });
});
