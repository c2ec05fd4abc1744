import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { burstSize } from '../../web/kiosk/burst.js';
import { layers, letterbox, SIZE } from '../../web/kiosk/demo_camera.js';
import { FrameWatch, LIMITS, luminance } from '../../web/kiosk/frame_watch.js';

describe('watching a camera', () => {
  /** Feeds half-second samples; returns the last verdict. */
  function feed(watch, samples) {
    let verdict;
    samples.forEach((sample, index) => {
      verdict = watch.see({ now: index * 500, frames: index, mean: 90, brightest: 200, ...sample });
    });
    return verdict;
  }
  const times = (count, sample) => Array.from({ length: count }, () => ({ ...sample }));

  it('calls a moving picture live', () => {
    assert.equal(feed(new FrameWatch(), times(20, {})), 'live');
  });

  it('calls black frames black, but not a short blink', () => {
    const black = { mean: 1, brightest: 3 };
    assert.equal(feed(new FrameWatch(), times(LIMITS.blackAfter / 500 + 1, black)), 'black');
    assert.equal(feed(new FrameWatch(), [...times(3, black), {}]), 'live');
  });

  it('a dim room with one lamp is not black', () => {
    assert.equal(feed(new FrameWatch(), times(20, { mean: 4, brightest: 120 })), 'live');
  });

  it('calls a picture that stands still frozen, and sees it move again', () => {
    const watch = new FrameWatch();
    assert.equal(feed(watch, times(12, { frames: 5 })), 'frozen');
    assert.equal(watch.see({ now: 9_000, frames: 6, mean: 90, brightest: 200 }), 'live');
  });

  it('is not misled by a page that was held up, or a computer that slept', () => {
    const watch = new FrameWatch();
    watch.see({ now: 0, frames: 5, mean: 90, brightest: 200 });
    assert.equal(watch.see({ now: 60_000, frames: 5, mean: 90, brightest: 200 }), 'live');
    const later = times(8, { frames: 5 }).map((sample, index) => ({ ...sample, now: 60_500 + index * 500 }));
    assert.equal(feed(watch, later), 'frozen', 'but one that stands still from then on is noticed');
  });

  it('starts anew after a reset: a hidden page is no fault', () => {
    const watch = new FrameWatch();
    watch.see({ now: 0, frames: 5, mean: 90, brightest: 200 });
    watch.reset();
    assert.equal(watch.see({ now: 60_000, frames: 5, mean: 90, brightest: 200 }), 'live');
  });

  it('measures luminance', () => {
    assert.deepEqual(luminance(new Uint8ClampedArray([0, 0, 0, 255, 0, 0, 0, 255])), { mean: 0, brightest: 0 });
    const { mean, brightest } = luminance(new Uint8ClampedArray([255, 255, 255, 255, 0, 0, 0, 255]));
    assert.ok(Math.abs(mean - 127.5) < 1e-9 && Math.abs(brightest - 255) < 1e-9);
  });
});

describe('the burst', () => {
  it('keeps the aspect ratio, at most 640 px, and enlarges nothing', () => {
    assert.deepEqual(burstSize(1280, 720), { width: 640, height: 360 });
    assert.deepEqual(burstSize(720, 1280), { width: 360, height: 640 });
    assert.deepEqual(burstSize(320, 240), { width: 320, height: 240 });
  });
});

describe('the demo camera', () => {
  it('shows the whole picture, letterboxed and centred', () => {
    assert.deepEqual(letterbox(2048, 2048), { x: 80, y: 0, width: 480, height: 480 });
    const wide = letterbox(1280, 480);
    assert.deepEqual([wide.width, wide.height, wide.y], [SIZE.width, 240, 120]);
  });

  it('plays every picture in turn', () => {
    const shown = new Set();
    for (let now = 0; now < 20_000; now += 100) shown.add(layers(now, 4).at(-1).index);
    assert.deepEqual([...shown], [0, 1, 2, 3]);
  });

  it('shows one picture while held, and while it does not fade', () => {
    for (let now = 0; now < 20_000; now += 50) {
      assert.equal(layers(now, 4, { held: true }).length, 1);
      assert.ok(layers(now, 4).every(({ alpha }) => alpha >= 0 && alpha <= 1));
      assert.equal(layers(now, 4)[0].alpha, 1);
    }
  });

  it('neither zooms nor fades for those who want less motion', () => {
    for (let now = 0; now < 20_000; now += 50) {
      const [only, ...others] = layers(now, 4, { still: true });
      assert.deepEqual([only.zoom, others], [1, []]);
    }
  });

  it('has nothing to show without pictures', () => assert.deepEqual(layers(5, 0), []));
});
