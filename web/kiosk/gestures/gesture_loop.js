/**
 * Looks at the camera again and again and says what it sees. Never two looks at a time: while one is computed,
 * frames pass unseen, so that every decision is about now. Recovers by itself when computing fails.
 */
import { recallForSession, rememberForSession } from '../remembered.js';
import { chooseBackend } from './backend_choice.js';
import { Framing, toPicture } from './framing.js';
import { gesturesOf, likeliest } from './labels.js';
import { Reader } from './reader.js';
import { SquarePicture } from './square_picture.js';

const EVERY = { attentive: 66, idle: 500 }; // ms from one look to the next; faster would only heat the machine
const NO_PICTURE_YET = 250; // ms
const TRY_AGAIN_AFTER = [500, 2_000, 10_000, 60_000]; // ms after so many failures in a row
const HOPELESS_AFTER = 2; // failures in a row, then the kiosk says that it has to do without
const REMEMBERED = 'gesture-backend';

export class GestureLoop {
  #run = null; // changes with every start and stop: what belongs to an earlier one ends
  #reader = null;
  #gestures = [];
  #wake = null;

  /**
   * @param {object} options
   * @param {{poseNet: string, head: string}} options.addresses absolute, of the two model.json
   * @param {() => {element, width, height}} options.source the camera
   * @param {(look: object) => void} options.onLook what was seen: { now, gesture, probability, points, framed,
   *   backend, tensors }; points in pixels of the camera picture
   * @param {(status: 'starting'|'ready'|'unavailable') => void} options.onStatus
   */
  constructor({ addresses, source, onLook, onStatus }) {
    Object.assign(this, { addresses, source, onLook, onStatus });
    this.attentive = false;
    this.framing = new Framing();
    this.picture = new SquarePicture();
    document.addEventListener('visibilitychange', () => this.#wake?.());
  }

  start() {
    if (this.#run) return;
    this.#run = Symbol('run');
    this.framing.forget();
    this.onStatus('starting');
    this.#keepLooking(this.#run);
  }

  stop() {
    this.#run = null;
    this.#letGo();
  }

  /** Another gesture model is to be used from now on: computing begins anew with it. */
  change(addresses) {
    this.addresses = addresses;
    if (!this.#run) return;
    this.stop();
    this.start();
  }

  /** Whether a gesture means something now; if not, looks are rare. */
  attend(attentive) {
    if (attentive && !this.attentive) this.#wake?.();
    this.attentive = attentive;
  }

  async #keepLooking(run) {
    this.failures = 0;
    while (run === this.#run) {
      try {
        await this.#open(run);
        if (run === this.#run) this.onStatus('ready');
        while (run === this.#run) await this.#look(run);
      } catch (error) {
        if (run === this.#run) await this.#recover(error);
      }
    }
  }

  /** Resolves once one backend is in use; the trial of the others goes on beside. */
  #open(run) {
    const attempt = (this.attempt = Symbol('attempt'));
    const current = () => run === this.#run && attempt === this.attempt;
    return new Promise((resolve, reject) => {
      const use = (reader) => {
        if (!current()) return reader.close();
        this.#reader = reader;
        this.#gestures = gesturesOf(reader.labels, reader.meanings);
        return resolve();
      };
      const open = (backend, within) => Reader.open(backend, this.addresses, within);
      chooseBackend({ open, use, remembered: recallForSession(REMEMBERED) }).then((best) => {
        if (current()) rememberForSession(REMEMBERED, best.backend);
      }, reject);
    });
  }

  async #look(run) {
    if (document.hidden) return this.#pause(EVERY.idle);
    const begun = performance.now();
    const source = this.source();
    if (!source.width) return this.#pause(NO_PICTURE_YET);
    const reader = this.#reader;
    const square = this.framing.square(source.width, source.height);
    let seen;
    try {
      seen = await reader.look(this.picture.cut(source, square));
    } catch (error) {
      if (reader !== this.#reader) return undefined; // a faster one has taken its place
      throw error;
    }
    if (run !== this.#run) return undefined;
    this.failures = 0;
    const points = toPicture(seen.points, square);
    const framed = this.framing.see(points, begun);
    const { gesture, probability } = likeliest(seen.probabilities, this.#gestures);
    this.onLook({ now: begun, gesture, probability, points, framed, backend: reader.backend, tensors: seen.tensors });
    const rest = EVERY[this.attentive ? 'attentive' : 'idle'] - (performance.now() - begun);
    return this.#pause(Math.max(0, rest));
  }

  async #recover(error) {
    console.warn('gestures are interrupted:', error.message);
    this.attempt = null;
    this.#letGo();
    rememberForSession(REMEMBERED, null);
    const wait = TRY_AGAIN_AFTER[Math.min(this.failures, TRY_AGAIN_AFTER.length - 1)];
    this.failures += 1;
    this.onStatus(this.failures >= HOPELESS_AFTER ? 'unavailable' : 'starting');
    await this.#pause(wait);
  }

  #pause(ms) {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake = done;
    });
  }

  #letGo() {
    this.#reader?.close();
    this.#reader = null;
    this.#wake?.();
  }
}
