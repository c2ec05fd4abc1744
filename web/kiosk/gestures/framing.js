/**
 * Which square of the camera picture the gestures are read from: around the shoulders, as large as the upper body.
 * Pure. The numbers are those that the gesture model was trained with (training/gestures/framing.py).
 *
 * A square is { x, y, side }: its centre and its side, in pixels of the camera picture. It may reach beyond the
 * picture; there it is black.
 */
import { LEFT_SHOULDER, RESOLUTION, RIGHT_SHOULDER } from './keypoints.js';

export const SIDE_IN_SHOULDER_WIDTHS = 3.8;
/** A shoulder less likely than this is not a shoulder. */
export const SMALLEST_PROBABILITY = 0.3;
const SMALLEST_SHOULDER_WIDTH = 8; // px
const SMOOTHING = 0.5; // how much of the way to the newest shoulders the square goes at once
const LOST_AFTER = 1_000; // ms without shoulders until the whole picture is searched again

/** The whole picture, letterboxed to a square. */
export const wholePicture = (width, height) => ({ x: width / 2, y: height / 2, side: Math.max(width, height) });

/** The square around both shoulders, or null when they are not to be seen. Points in pixels of the picture. */
export function aroundShoulders(points, { width, height }) {
  const left = points[LEFT_SHOULDER];
  const right = points[RIGHT_SHOULDER];
  if (Math.min(left.score, right.score) < SMALLEST_PROBABILITY) return null;
  const across = Math.max(Math.hypot(left.x - right.x, left.y - right.y), SMALLEST_SHOULDER_WIDTH);
  return {
    x: (left.x + right.x) / 2,
    y: (left.y + right.y) / 2,
    side: Math.min(across * SIDE_IN_SHOULDER_WIDTHS, Math.max(width, height)),
  };
}

/** Points found in the square, in pixels of the network's input → pixels of the camera picture. */
export function toPicture(points, square) {
  const scale = square.side / RESOLUTION;
  const left = square.x - square.side / 2;
  const top = square.y - square.side / 2;
  return points.map(({ x, y, score }) => ({ x: left + x * scale, y: top + y * scale, score }));
}

/** Follows the shoulders from frame to frame. */
export class Framing {
  #size = { width: 0, height: 0 };
  #square = null; // null: the whole picture
  #seenAt = 0;

  /** The square to look at in a picture of this size. */
  square(width, height) {
    if (width !== this.#size.width || height !== this.#size.height) {
      this.#size = { width, height };
      this.#square = null;
    }
    return this.#square ?? wholePicture(width, height);
  }

  /**
   * Takes in what was found in the last square.
   * @param {{x: number, y: number, score: number}[]} points of the last square, in pixels of the picture
   * @returns {boolean} whether the upper body was framed as the model expects: the square followed shoulders, and
   *   they are still there
   */
  see(points, now) {
    const target = aroundShoulders(points, this.#size);
    if (!target) {
      if (now - this.#seenAt >= LOST_AFTER) this.#square = null;
      return false;
    }
    const followed = this.#square !== null;
    this.#seenAt = now;
    this.#square = followed ? between(this.#square, target, SMOOTHING) : target;
    return followed;
  }

  forget() {
    this.#square = null;
  }
}

function between(from, to, share) {
  const mix = (key) => from[key] + (to[key] - from[key]) * share;
  return { x: mix('x'), y: mix('y'), side: mix('side') };
}
