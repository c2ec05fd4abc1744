/**
 * Asks for codes to show while the kiosk is not paired, a fresh one every minute, and collects the kiosk's cookie
 * as soon as an instructor has accepted one.
 */
import { ASKS_TO_BE_PAIRED } from './panels.js';

const COLLECT_EVERY = 2_000; // ms
const ASK_AGAIN_AFTER = 5_000;

export class Pairing {
  /** @param {{network: object, onCode: () => void, onPaired: () => void}} options */
  constructor({ network, onCode, onPaired }) {
    this.network = network;
    this.onCode = onCode;
    this.onPaired = onPaired;
    this.code = null;
    this.wanted = false;
  }

  /** Starts with the screens that show a code and stops with them. */
  follow(state) {
    const wanted = state.name === 'trouble' && ASKS_TO_BE_PAIRED.has(state.detail.kind);
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    clearTimeout(this.renewing);
    clearInterval(this.collecting);
    this.code = null;
    if (!wanted) return;
    this.#renew();
    this.collecting = setInterval(() => this.#collect(), COLLECT_EVERY);
  }

  async #renew() {
    const asked = await this.network.pairingCode();
    if (!this.wanted) return;
    this.code = asked?.code ?? null;
    clearTimeout(this.renewing);
    this.renewing = setTimeout(() => this.#renew(), asked ? asked.seconds * 1000 : ASK_AGAIN_AFTER);
    this.onCode();
  }

  async #collect() {
    if (!this.code || document.hidden) return;
    if ((await this.network.collectPairing()) && this.wanted) this.onPaired();
  }
}
