/**
 * Sends kept visits, oldest first, once the server is back: each with its nonce and its time, until the server has
 * decided about it. A kiosk that was revoked meanwhile sends none: they end with their time.
 */
const STILL_TO_COME = new Set(['kiosk_not_paired', 'too_many_tries']);

export class Delivery {
  /**
   * @param {object} options
   * @param {import('./visit_box.js').VisitBox} options.box
   * @param {{submit: Function, claim: Function}} options.network
   * @param {{now: () => number, offset: number|null}} options.clock
   * @param {(count: number) => void} options.onCount how many are left
   */
  constructor({ box, network, clock, onCount }) {
    Object.assign(this, { box, network, clock, onCount, running: null });
  }

  /** Sends what there is; calls while it is under way join it. @param {{hours: number}} keeping */
  deliver(keeping) {
    this.running ??= this.#deliver(keeping).finally(() => {
      this.running = null;
    });
    return this.running;
  }

  async #deliver({ hours }) {
    if ((await this.box.sweep({ now: this.clock.now(), hours })) === 0) return this.onCount(0);
    for (const nonce of await this.box.nonces()) {
      const visit = await this.box.open(nonce);
      if (visit && !(await this.#send(visit))) break;
      await this.box.remove(nonce);
    }
    return this.onCount(await this.box.count());
  }

  /** @returns {Promise<boolean>} whether the server has decided about it */
  async #send(visit) {
    const { kind, clockKnown, ...rest } = visit;
    const late = clockKnown ? 0 : (this.clock.offset ?? 0); // a clock that was not checked then is corrected now
    const capturedAt = new Date(Date.parse(visit.capturedAt) + late).toISOString();
    const told = { ...rest, capturedAt, kept: true };
    const event = await (kind === 'face' ? this.network.submit(told) : this.network.claim(told));
    const decided = event.type === 'RESULT' || event.type === 'CLAIMED';
    return decided && !STILL_TO_COME.has(event.body.reason);
  }
}
