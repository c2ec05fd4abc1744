/**
 * The time by the server's clock. Pure but for `Date.now`. Kiosks are old machines whose clocks are sometimes hours
 * off: what a kiosk says happened, it says in the server's time.
 */
const WRONG_BEYOND = 60_000; // ms
const USELESS_BEYOND = 10_000; // a round trip this long says too little

export class Clock {
  /** @param {{offset?: number|null, wall?: () => number}} [known] offset: ms to add to this machine's clock */
  constructor({ offset = null, wall = Date.now } = {}) {
    this.offset = offset;
    this.wall = wall;
  }

  /**
   * The server said what time it is.
   * @param {{sent: number, received: number, server: number}} seen ms since 1970; sent and received by this clock
   * @returns {boolean} whether the offset is another now, by more than what a round trip explains
   */
  see({ sent, received, server }) {
    const trip = received - sent;
    if (!Number.isFinite(server) || trip < 0 || trip > USELESS_BEYOND) return false;
    const offset = Math.round(server - (sent + received) / 2);
    const changed = this.offset === null || Math.abs(offset - this.offset) > trip / 2 + 1_000;
    if (changed) this.offset = offset;
    return changed;
  }

  /** ms since 1970. */
  now() {
    return this.wall() + (this.offset ?? 0);
  }

  iso() {
    return new Date(this.now()).toISOString();
  }

  /** Whether the server's clock was heard. */
  get known() {
    return this.offset !== null;
  }

  /** Whether this machine's clock is so far off that somebody should know. */
  get wrong() {
    return Math.abs(this.offset ?? 0) > WRONG_BEYOND;
  }
}
