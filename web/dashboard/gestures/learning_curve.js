/** How well is learnt, epoch by epoch: one line for the pictures that are learnt from, one for those held out. */
import { svg } from '../../kiosk/element.js';

const WIDTH = 320;
const HEIGHT = 120;
const MARGIN = { left: 34, right: 8, top: 8, bottom: 8 };

/** Points of a line through accuracies (0–1) over so many epochs, as SVG wants them. Pure. */
export function curvePoints(values, epochs) {
  const across = WIDTH - MARGIN.left - MARGIN.right;
  const down = HEIGHT - MARGIN.top - MARGIN.bottom;
  return values
    .map((value, index) => {
      const x = MARGIN.left + (across * index) / Math.max(1, epochs - 1);
      const y = MARGIN.top + down * (1 - value);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}

export class LearningCurve {
  /** @param {SVGElement} root */
  constructor(root) {
    this.root = root;
    root.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  }

  begin() {
    this.training = [];
    this.heldOut = [];
    const grid = [0, 0.5, 1].flatMap((value) => {
      const y = MARGIN.top + (HEIGHT - MARGIN.top - MARGIN.bottom) * (1 - value);
      return [
        svg('line', { class: 'curve-grid', x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: y, y2: y }),
        svg('text', { class: 'curve-mark', x: MARGIN.left - 6, y: y + 4, 'text-anchor': 'end' }, `${value * 100}`),
      ];
    });
    this.lines = {
      training: svg('polyline', { class: 'curve-training' }),
      heldOut: svg('polyline', { class: 'curve-held-out' }),
    };
    this.root.replaceChildren(...grid, this.lines.training, this.lines.heldOut);
  }

  add({ of, accuracy, heldOutAccuracy }) {
    this.training.push(accuracy);
    if (heldOutAccuracy !== undefined) this.heldOut.push(heldOutAccuracy);
    this.lines.training.setAttribute('points', curvePoints(this.training, of));
    this.lines.heldOut.setAttribute('points', curvePoints(this.heldOut, of));
  }
}
