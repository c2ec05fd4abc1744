/**
 * When pictures are taken: while a button (or Space on it) is held, or, for somebody alone in the room, for a few
 * seconds after a countdown. Each such time is one burst.
 */
const COUNT_FROM = 3; // s
const TIMED_FOR = 4_000; // ms

export class Recording {
  #burst = 0;
  #timers = [];

  /**
   * @param {object} options
   * @param {HTMLElement} options.root holds a [data-gesture] for each, with .teach-hold and .teach-timer
   * @param {(gesture: string, burst: number) => void} options.onBegin
   * @param {() => void} options.onEnd
   * @param {(seconds: number|null, gesture: string) => void} options.onCountdown null: it is over
   */
  constructor({ root, onBegin, onEnd, onCountdown }) {
    Object.assign(this, { onBegin, onEnd, onCountdown });
    this.gesture = null;
    for (const card of root.querySelectorAll('[data-gesture]')) {
      const { gesture } = card.dataset;
      const button = card.querySelector('.teach-hold');
      button.addEventListener('pointerdown', (event) => {
        event.preventDefault();
        button.setPointerCapture(event.pointerId);
        this.begin(gesture);
      });
      for (const type of ['pointerup', 'pointercancel', 'lostpointercapture', 'blur']) {
        button.addEventListener(type, () => this.end());
      }
      button.addEventListener('keydown', (event) => {
        if (event.key !== ' ' && event.key !== 'Enter') return;
        event.preventDefault();
        if (!event.repeat) this.begin(gesture);
      });
      button.addEventListener('keyup', () => this.end());
      button.addEventListener('contextmenu', (event) => event.preventDefault()); // a long press on a touch screen
      card.querySelector('.teach-timer').addEventListener('click', () => this.#countDown(gesture));
    }
  }

  begin(gesture) {
    this.end();
    this.gesture = gesture;
    this.#burst += 1;
    this.onBegin(gesture, this.#burst);
  }

  end() {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
    if (this.gesture === null) return;
    this.gesture = null;
    this.onEnd();
  }

  #countDown(gesture) {
    this.end();
    for (let second = 0; second < COUNT_FROM; second += 1) {
      this.#timers.push(setTimeout(() => this.onCountdown(COUNT_FROM - second, gesture), second * 1000));
    }
    const start = () => {
      this.onCountdown(null, gesture);
      this.begin(gesture);
      this.#timers.push(setTimeout(() => this.end(), TIMED_FOR));
    };
    this.#timers.push(setTimeout(start, COUNT_FROM * 1000));
  }
}
