/** Shows what the taught head says of each look: a bar for each gesture, and a ring that fills while one is held. */
import { AT_REST, hold } from '../../kiosk/gestures/hold.js';
import { gesturesOf, likeliest } from '../../kiosk/gestures/labels.js';
import { LABELS } from './head_shape.js';

const WANTED = new Set(['CAPTURE', 'O', 'X']);

export class Trial {
  /** @param {HTMLElement} root holds a [data-bar] for each gesture with a progress element and a percentage */
  constructor(root) {
    this.root = root;
    this.gestures = gesturesOf(LABELS);
    this.state = AT_REST;
    this.bars = LABELS.map((gesture) => root.querySelector(`[data-bar="${gesture}"]`));
  }

  /** @param {{now: number, framed: boolean, probabilities: Float32Array|null}} look */
  show({ now, framed, probabilities }) {
    if (!probabilities) return;
    this.bars.forEach((bar, index) => {
      const share = framed ? probabilities[index] : 0;
      bar.querySelector('progress').value = share;
      bar.querySelector('.trial-share').textContent = `${Math.round(share * 100)}`;
    });
    const { gesture, probability } = likeliest(probabilities, this.gestures);
    const frame = framed ? { gesture, probability, now } : { gesture: null, probability: 0, now };
    const held = hold(this.state, frame, WANTED);
    this.state = held.state;
    const shown = held.state.spent ?? held.gesture;
    this.bars.forEach((bar, index) => {
      bar.dataset.held = String(LABELS[index] === shown);
      bar.dataset.counts = String(LABELS[index] === held.state.spent);
    });
    if (held.fired) this.root.dataset.fired = held.gesture;
  }
}
