/** Looks for students' QR codes in the camera's picture, a few times a second, one picture at a time. */
import { isStudentCode, SeenBefore } from './student_code.js';

const LOOK_EVERY = 350; // ms
const ANSWER_WITHIN = 5_000;
const LONGEST = 800; // px: enough for a card at arm's length

export class CodeReader {
  /** @param {{source: () => {element, width, height}, onCode: (text: string) => void}} options */
  constructor({ source, onCode }) {
    this.source = source;
    this.onCode = onCode;
    this.seen = new SeenBefore();
    this.canvas = document.createElement('canvas');
    this.wanted = false;
    this.worker = null;
  }

  /** @param {boolean} wanted whether a code could be taken now */
  follow(wanted) {
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    clearTimeout(this.timer);
    if (wanted) this.timer = setTimeout(() => this.#look(), LOOK_EVERY);
  }

  async #look() {
    const frame = document.hidden ? null : this.#frame();
    const text = frame && (await this.#read(frame));
    if (text && isStudentCode(text) && this.wanted && this.seen.isNew(text, performance.now())) this.onCode(text);
    clearTimeout(this.timer);
    if (this.wanted) this.timer = setTimeout(() => this.#look(), LOOK_EVERY);
  }

  #frame() {
    const { element, width, height } = this.source();
    if (!width || !height) return null;
    const scale = Math.min(1, LONGEST / Math.max(width, height));
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    const context = this.canvas.getContext('2d', { alpha: false, willReadFrequently: true });
    context.drawImage(element, 0, 0, this.canvas.width, this.canvas.height);
    return context.getImageData(0, 0, this.canvas.width, this.canvas.height);
  }

  /** Resolves with the code's text, or null. A worker that fails or hangs is replaced. */
  #read({ data, width, height }) {
    this.worker ??= new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
    const { worker } = this;
    return new Promise((resolve) => {
      const end = (text, failed) => {
        clearTimeout(timer);
        worker.onmessage = null;
        worker.onerror = null;
        if (failed) {
          console.warn('the QR reader failed:', failed);
          worker.terminate();
          this.worker = null;
        }
        resolve(text);
      };
      const timer = setTimeout(() => end(null, 'no answer'), ANSWER_WITHIN);
      worker.onmessage = ({ data: answer }) => end(answer.text ?? null, answer.failed);
      worker.onerror = (event) => {
        event.preventDefault();
        end(null, event.message || 'the worker did not start');
      };
      worker.postMessage({ rgba: data, width, height }, [data.buffer]);
    });
  }
}
