/** The page's end of one gesture worker: opened on one backend, asked for one square at a time. */
import { AskedWorker } from './asked_worker.js';

const LOAD_WITHIN = 20_000; // ms for programs and networks to arrive
const LOOK_WITHIN = 5_000;
const TRIAL = { runs: 4, within: 1_000 }; // fewer runs where they take long: at least one

export class Reader {
  #worker = new AskedWorker(new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }));

  /**
   * Loads and times a backend.
   * @param {string} backend wasm, webgl or webgpu
   * @param {{poseNet: string, head: string}} addresses of the two model.json, absolute
   * @param {number} trialWithin ms
   * @returns {Promise<Reader>} with `ms` of one PoseNet run, the model's `labels` and
   *   their `meanings`; rejects when the backend does not work here or is too slow
   */
  static async open(backend, addresses, trialWithin) {
    const reader = new Reader();
    try {
      await reader.#worker.ask({ type: 'open', backend, ...TRIAL, ...addresses }, LOAD_WITHIN);
      const { ms, labels, meanings } = await reader.#worker.next(trialWithin);
      return Object.assign(reader, { backend, ms, labels, meanings });
    } catch (error) {
      reader.close();
      throw error;
    }
  }

  /** @param {Uint8ClampedArray} rgba of the square; is handed over to the worker */
  look(rgba) {
    return this.#worker.ask({ type: 'look', rgba }, LOOK_WITHIN, [rgba.buffer]);
  }

  close() {
    this.#worker.close();
  }
}
