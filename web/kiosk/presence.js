/**
 * Whether anybody is before the kiosk, from how the picture changes. Pure: it is fed small pictures. Sensor noise and
 * a lamp that flickers change every pixel a little; a person changes some of them a lot.
 */
export const PRESENCE = {
  awayAfter: 90_000, // ms without motion
  step: 18, // grey levels by which a pixel must differ, 0–255
  share: 0.012, // of all pixels
};

export class Presence {
  constructor(limits = PRESENCE) {
    this.limits = limits;
    this.before = null;
    this.movedAt = null;
  }

  /** Somebody touched, typed, or a visit is under way. @param {number} now ms */
  stir(now) {
    this.movedAt = now;
  }

  /**
   * @param {Uint8ClampedArray} rgba a small picture, always of the same size
   * @param {number} now ms
   * @returns {boolean} whether somebody is there
   */
  see(rgba, now) {
    const moved = this.before?.length === rgba.length && this.#changed(rgba);
    this.before = rgba.slice();
    if (moved || this.movedAt === null) this.movedAt = now;
    return this.there(now);
  }

  there(now) {
    return this.movedAt === null || now - this.movedAt < this.limits.awayAfter;
  }

  #changed(rgba) {
    let different = 0;
    for (let at = 0; at < rgba.length; at += 4) {
      const grey = rgba[at] + 2 * rgba[at + 1] + rgba[at + 2];
      const earlier = this.before[at] + 2 * this.before[at + 1] + this.before[at + 2];
      if (Math.abs(grey - earlier) > 4 * this.limits.step) different += 1;
    }
    return different > (this.limits.share * rgba.length) / 4;
  }
}
