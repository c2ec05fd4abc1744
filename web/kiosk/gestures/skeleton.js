/** Draws the arms that the kiosk sees over its camera picture: quiet lines that brighten while a gesture is held. */
import {
  LEFT_ELBOW,
  LEFT_SHOULDER,
  LEFT_WRIST,
  RIGHT_ELBOW,
  RIGHT_SHOULDER,
  RIGHT_WRIST,
} from './keypoints.js';

/** From one hand to the other. */
const ARMS = [LEFT_WRIST, LEFT_ELBOW, LEFT_SHOULDER, RIGHT_SHOULDER, RIGHT_ELBOW, RIGHT_WRIST];
const SEEN = 0.3; // probability of a point from which it is drawn
const SMOOTHING = 0.6;
const JUMP = 0.35; // of the picture's width: a point further away is somebody else's
const CALM = [255, 255, 255];
const HELD = [143, 240, 205];

/** Points eased from where they were drawn last, so that the lines do not tremble. Pure. */
export function eased(points, before, width) {
  return points.map((point, index) => {
    const old = before?.[index];
    if (!old || old.score < SEEN || Math.hypot(point.x - old.x, point.y - old.y) > JUMP * width) return point;
    const mix = (key) => old[key] + (point[key] - old[key]) * SMOOTHING;
    return { x: mix('x'), y: mix('y'), score: point.score };
  });
}

/** The lines to draw: [[from, to], …] of neighbours that are both seen. Pure. */
export function lines(points) {
  return ARMS.slice(1)
    .map((joint, index) => [points[ARMS[index]], points[joint]])
    .filter(([from, to]) => from.score >= SEEN && to.score >= SEEN);
}

export class Skeleton {
  constructor(canvas) {
    this.canvas = canvas;
    this.points = null;
  }

  /** @param {number} progress 0–1, of the gesture being held */
  draw(points, { width, height }, progress) {
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    this.points = eased(points, this.points, width);
    const context = this.canvas.getContext('2d');
    context.clearRect(0, 0, width, height);
    const limbs = lines(this.points);
    if (limbs.length === 0) return;
    const colour = CALM.map((value, index) => Math.round(value + (HELD[index] - value) * Math.min(1, progress * 2)));
    const unit = height / 100;
    context.lineCap = 'round';
    context.lineJoin = 'round';
    context.strokeStyle = `rgb(${colour.join(' ')} / ${0.5 + 0.45 * progress})`;
    context.lineWidth = unit * (1 + 0.6 * progress);
    context.beginPath();
    for (const [from, to] of limbs) {
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
    }
    context.stroke();
    context.fillStyle = `rgb(${colour.join(' ')} / 0.95)`;
    for (const { x, y } of new Set(limbs.flat())) {
      context.beginPath();
      context.arc(x, y, unit * 1.1, 0, 2 * Math.PI);
      context.fill();
    }
  }

  clear() {
    this.points = null;
    this.canvas.getContext('2d').clearRect(0, 0, this.canvas.width, this.canvas.height);
  }
}
