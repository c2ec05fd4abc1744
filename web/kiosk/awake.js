/**
 * Keeps the kiosk's screen on, dims it while nobody is there, and notices that the computer slept: timers stand still
 * then, and what was known of the server and the camera is old.
 */
import { Presence } from './presence.js';

const TICK = 2_000; // ms
const SLEPT_AFTER = 15_000;

export class Awake {
  /** @param {{root: HTMLElement, onWake: () => void, presence?: Presence}} options onWake: the computer slept */
  constructor({ root, onWake, presence = new Presence() }) {
    Object.assign(this, { root, onWake, presence, lock: null, tickedAt: Date.now() });
    for (const type of ['pointerdown', 'keydown', 'pointermove']) addEventListener(type, () => this.stir(), { passive: true });
    document.addEventListener('visibilitychange', () => this.#hold());
    setInterval(() => this.#tick(), TICK);
    this.#hold();
  }

  /** Somebody does something. */
  stir() {
    this.presence.stir(performance.now());
    this.#dim(false);
  }

  /** A small picture of what the camera sees; without any, the screen stays as it is. */
  see(rgba) {
    this.#dim(!this.presence.see(rgba, performance.now()));
  }

  #dim(dimmed) {
    if (this.root.dataset.dimmed !== String(dimmed)) this.root.dataset.dimmed = String(dimmed);
  }

  #tick() {
    const now = Date.now();
    const slept = now - this.tickedAt > SLEPT_AFTER && !document.hidden;
    this.tickedAt = now;
    if (!slept) return;
    this.stir();
    this.#hold();
    this.onWake();
  }

  /** Browsers take the lock away with the page out of sight; it is asked for anew. */
  async #hold() {
    if (document.hidden || !navigator.wakeLock || (this.lock && !this.lock.released)) return;
    try {
      this.lock = await navigator.wakeLock.request('screen');
      this.root.dataset.awake = 'true';
      this.lock.addEventListener('release', () => (this.root.dataset.awake = 'false'));
    } catch (error) {
      console.info('the screen may switch itself off:', error.message); // battery saver, or a policy
    }
  }
}
