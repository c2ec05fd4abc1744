/** The page's end of the worker that learns: one task at a time, in the order they were given. */
import { AskedWorker } from '../../kiosk/gestures/asked_worker.js';
import { recallForSession, rememberForSession } from '../../kiosk/remembered.js';
import { chooseBackend } from '../../kiosk/gestures/backend_choice.js';

const LOAD_WITHIN = 20_000; // ms
const TASK_WITHIN = 20_000;
const EPOCH_WITHIN = 120_000;
const TRIAL = { runs: 3, within: 1_000 };
const REMEMBERED = 'gesture-backend'; // the kiosk's gestures run the same network: its trial counts here, too

export class Teacher {
  #worker = new AskedWorker(new Worker(new URL('./teach_worker.js', import.meta.url), { type: 'module' }));
  #turn = Promise.resolve();

  /** On the fastest backend that works here. @param {string} poseNet absolute address of its model.json */
  static async start(poseNet) {
    const open = (backend, within) => Teacher.#open(backend, poseNet, within);
    const best = await chooseBackend({ open, use: () => {}, remembered: recallForSession(REMEMBERED) });
    rememberForSession(REMEMBERED, best.backend);
    return best;
  }

  static async #open(backend, poseNet, trialWithin) {
    const teacher = new Teacher();
    try {
      await teacher.#worker.ask({ type: 'open', backend, poseNet, ...TRIAL }, LOAD_WITHIN);
      const { ms } = await teacher.#worker.next(trialWithin);
      return Object.assign(teacher, { backend, ms });
    } catch (error) {
      teacher.close();
      throw error;
    }
  }

  /** @param {Uint8ClampedArray[]} squares pixels: the kiosk's own framing, then variations; handed over */
  keep(id, label, squares) {
    return this.#inTurn({ type: 'keep', id, label, squares }, TASK_WITHIN, squares.map((rgba) => rgba.buffer));
  }

  /** @returns {Promise<{points: object[], probabilities: Float32Array|null}>} null before anything was taught */
  look(rgba) {
    return this.#inTurn({ type: 'look', rgba }, TASK_WITHIN, [rgba.buffer]);
  }

  forget(ids) {
    return this.#inTurn({ type: 'forget', ids }, TASK_WITHIN);
  }

  /** @param {(progress: object) => void} onEpoch see `trainHead` */
  train({ training, heldOut, labels }, onEpoch) {
    return this.#inTurn({ type: 'train', training, heldOut, labels }, EPOCH_WITHIN, [], onEpoch);
  }

  weights() {
    return this.#inTurn({ type: 'weights' }, TASK_WITHIN);
  }

  close() {
    this.#worker.close();
  }

  #inTurn(message, patience, transfer = [], onEpoch = null) {
    const answer = this.#turn.then(async () => {
      let heard = await this.#worker.ask(message, patience, transfer);
      while (heard.type === 'epoch') {
        onEpoch(heard);
        heard = await this.#worker.next(patience);
      }
      return heard;
    });
    this.#turn = answer.catch(() => {}); // whoever asked hears of it; the next task goes on
    return answer;
  }
}
