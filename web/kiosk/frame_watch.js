/**
 * Judges whether a camera that claims to run really shows something. Pure: it is fed samples.
 *
 * A covered or dead camera often goes on delivering: black frames, or the same frame for ever. To a recogniser both
 * look like "nobody there", so they are told apart here and shown as a fault.
 */
export const LIMITS = {
  blackAfter: 2_000, // ms of black frames
  frozenAfter: 4_000, // ms without a new frame
  asleepAfter: 1_500, // ms without a sample: the page was held up, or the computer slept, which says nothing
  blackMean: 8, // luminance, 0–255
  blackBrightest: 24,
};

export class FrameWatch {
  constructor(limits = LIMITS) {
    this.limits = limits;
    this.reset();
  }

  reset() {
    this.frames = -1;
    this.newFrameAt = null;
    this.sampledAt = null;
    this.blackSince = null;
  }

  /**
   * @param {{now: number, frames: number, mean: number, brightest: number}} sample ms; frames delivered so far;
   *   luminance 0–255 of the newest frame
   * @returns {'live'|'black'|'frozen'}
   */
  see({ now, frames, mean, brightest }) {
    const asleep = this.sampledAt !== null && now - this.sampledAt >= this.limits.asleepAfter;
    this.sampledAt = now;
    if (frames !== this.frames || this.newFrameAt === null || asleep) {
      this.frames = frames;
      this.newFrameAt = now;
    }
    if (now - this.newFrameAt >= this.limits.frozenAfter) return 'frozen';

    const black = mean < this.limits.blackMean && brightest < this.limits.blackBrightest;
    if (!black) this.blackSince = null;
    else this.blackSince ??= now;
    return black && now - this.blackSince >= this.limits.blackAfter ? 'black' : 'live';
  }
}

/** Mean and brightest luminance (ITU-R BT.601) of RGBA bytes. */
export function luminance(rgba) {
  let sum = 0;
  let brightest = 0;
  for (let i = 0; i < rgba.length; i += 4) {
    const value = 0.299 * rgba[i] + 0.587 * rgba[i + 1] + 0.114 * rgba[i + 2];
    sum += value;
    if (value > brightest) brightest = value;
  }
  return { mean: (4 * sum) / rgba.length, brightest };
}
