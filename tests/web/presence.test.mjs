import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { PRESENCE, Presence } from '../../web/kiosk/presence.js';

const WIDTH = 32;
const HEIGHT = 24;

/** A grey wall with sensor noise; somebody's head may be before it. */
function picture({ head = null, noise = 6, grey = 120, seed = 0 } = {}) {
  const rgba = new Uint8ClampedArray(WIDTH * HEIGHT * 4);
  let random = seed * 7919 + 1;
  for (let at = 0; at < WIDTH * HEIGHT; at += 1) {
    random = (random * 1103515245 + 12345) % 2147483648;
    const inside = head !== null && Math.hypot((at % WIDTH) - head, Math.floor(at / WIDTH) - 12) < 5;
    rgba.fill((inside ? 200 : grey) + ((random >> 8) % (2 * noise + 1)) - noise, at * 4, at * 4 + 3);
  }
  return rgba;
}

describe('presence', () => {
  it('ends some time after the last motion, however noisy the camera is', () => {
    const presence = new Presence();
    for (let now = 0; now < PRESENCE.awayAfter; now += 500) assert.ok(presence.see(picture({ seed: now }), now));
    assert.ok(!presence.see(picture({ seed: 3 }), PRESENCE.awayAfter + 500));
  });

  it('is noticed as soon as somebody moves, and when somebody touches', () => {
    const presence = new Presence();
    presence.see(picture(), 0);
    const later = PRESENCE.awayAfter * 2;
    assert.ok(!presence.see(picture({ seed: 1 }), later));
    assert.ok(presence.see(picture({ head: 10, seed: 2 }), later + 500));
    const asleep = later + PRESENCE.awayAfter * 2;
    assert.ok(!presence.there(asleep));
    presence.stir(asleep);
    assert.ok(presence.there(asleep));
  });

  it('is not feigned by light that changes a little everywhere', () => {
    const presence = new Presence();
    presence.see(picture({ grey: 120 }), 0);
    assert.ok(!presence.see(picture({ grey: 126, seed: 1 }), PRESENCE.awayAfter + 1));
  });
});
