/** The pictures that were recorded: their number and thumbnails by gesture; each can be deleted. */
import { h } from '../../kiosk/element.js';

export const AT_LEAST = 12; // of each gesture before anything can be learnt
export const AT_MOST = 80;

export class Pictures {
  #next = 1;

  /**
   * @param {object} options
   * @param {HTMLElement} options.root holds a [data-gesture] for each, with .teach-count and .teach-thumbnails
   * @param {object} options.words `remove`, with %(num)s and %(gesture)s
   * @param {(ids: number[]) => void} options.onForget
   * @param {() => void} options.onChange
   */
  constructor({ root, words, onForget, onChange }) {
    Object.assign(this, { words, onForget, onChange });
    /** in the order of recording: { id, gesture, burst, node } */
    this.samples = [];
    this.cards = new Map([...root.querySelectorAll('[data-gesture]')].map((card) => [card.dataset.gesture, card]));
    for (const [gesture, card] of this.cards) {
      card.querySelector('.teach-clear').addEventListener('click', () => this.#remove(this.of(gesture)));
      this.#count(gesture);
    }
  }

  of(gesture) {
    return this.samples.filter((sample) => sample.gesture === gesture);
  }

  get enough() {
    return [...this.cards.keys()].every((gesture) => this.of(gesture).length >= AT_LEAST);
  }

  /** @returns {number|null} the picture's id; null: there are enough of this gesture */
  add(gesture, burst, thumbnail) {
    if (this.of(gesture).length >= AT_MOST) return null;
    const sample = { id: this.#next, gesture, burst };
    this.#next += 1;
    const name = this.words.remove.replace('%(num)s', sample.id).replace('%(gesture)s', gesture);
    sample.node = h(
      'li',
      {},
      h(
        'button',
        { type: 'button', class: 'teach-thumbnail', 'aria-label': name, title: name, onclick: () => this.#remove([sample]) },
        h('img', { src: thumbnail, alt: '', width: 96, height: 96 }),
      ),
    );
    this.samples.push(sample);
    const list = this.cards.get(gesture).querySelector('.teach-thumbnails');
    list.prepend(sample.node);
    this.#changed(gesture);
    return sample.id;
  }

  #remove(samples) {
    if (samples.length === 0) return;
    const gone = new Set(samples);
    this.samples = this.samples.filter((sample) => !gone.has(sample));
    samples.forEach((sample) => sample.node.remove());
    this.onForget(samples.map(({ id }) => id));
    this.#changed(samples[0].gesture);
  }

  #count(gesture) {
    const card = this.cards.get(gesture);
    const number = this.of(gesture).length;
    card.querySelector('.teach-count').textContent = number < AT_LEAST ? `${number} / ${AT_LEAST}` : String(number);
    card.querySelector('.teach-clear').hidden = number === 0;
    card.dataset.enough = String(number >= AT_LEAST);
  }

  #changed(gesture) {
    this.#count(gesture);
    this.onChange();
  }
}
