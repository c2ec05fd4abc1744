/**
 * When a shot is taken: once every look has said for long enough that it fits. Pure.
 *
 * A single look that disagrees is forgiven: detectors blink, people hardly.
 */
export const SHUTTER = {
  hold: 1_000, // ms
  countdown: 3_000, // ms; for shots that are asked for in words
  forgiven: 1, // looks in a row
  gap: 2_500, // ms; looks further apart say nothing of what was between them
};

export class Shutter {
  #since = null;
  #last = 0;
  #misses = 0;

  constructor(limits = SHUTTER) {
    this.limits = limits;
  }

  reset() {
    this.#since = null;
    this.#misses = 0;
  }

  /**
   * @param {boolean} fits what the newest look says
   * @param {number} now ms
   * @param {boolean} countsDown whether this shot is asked for in words
   * @returns {{share: number, seconds: number|null, take: boolean}} how far (0–1), what the countdown shows, and
   *   whether it is time
   */
  see(fits, now, countsDown) {
    this.#misses = fits ? 0 : this.#misses + 1;
    if (this.#misses > this.limits.forgiven || now - this.#last > this.limits.gap) this.#since = null;
    this.#last = now;
    if (fits) this.#since ??= now;
    if (this.#since === null) return { share: 0, seconds: null, take: false };
    const wanted = countsDown ? this.limits.countdown : this.limits.hold;
    const held = now - this.#since;
    const take = fits && held >= wanted;
    if (take) this.reset();
    const seconds = countsDown ? Math.max(1, Math.ceil((wanted - held) / 1000)) : null;
    return { share: Math.min(1, held / wanted), seconds: take ? null : seconds, take };
  }
}
