/** The ring around the face: it follows the face, and fills while the shot is held. */
const FOLLOW = 0.45; // how much of the way to a new place it goes at each look
const ROOM = 1.25; // around the detector's box, which ends at brows and chin

export class Ring {
  #box = null;

  /** @param {SVGElement} svg holds two ellipses: the track and what fills */
  constructor(svg) {
    this.svg = svg;
    this.ellipses = [...svg.querySelectorAll('ellipse')];
  }

  /**
   * @param {{width: number, height: number}} picture
   * @param {number[]|null} box x, y, width, height in parts of the picture; null: no face, the ring waits in the middle
   * @param {number} share how far it is filled, 0–1
   */
  draw({ width, height }, box, share) {
    this.svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    const wanted = box ? around(box, width, height) : resting(width, height);
    this.#box = this.#box ? this.#box.map((value, index) => value + (wanted[index] - value) * FOLLOW) : wanted;
    const [cx, cy, rx, ry] = this.#box;
    for (const ellipse of this.ellipses) {
      for (const [name, value] of Object.entries({ cx, cy, rx, ry })) ellipse.setAttribute(name, value.toFixed(1));
    }
    this.ellipses.at(-1).setAttribute('stroke-dasharray', `${(100 * share).toFixed(1)} 100`);
    this.svg.dataset.face = String(box !== null);
  }
}

function around([x, y, across, down], width, height) {
  return [(x + across / 2) * width, (y + down / 2) * height, (across * width * ROOM) / 2, (down * height * ROOM) / 2];
}

function resting(width, height) {
  const ry = 0.33 * Math.min(width * 1.2, height);
  return [width / 2, height / 2, ry * 0.76, ry];
}
