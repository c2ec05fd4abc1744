/** Cuts the square out of a camera picture: 257 × 257 pixels, black where the square reaches beyond the picture. */
import { RESOLUTION } from './keypoints.js';

/**
 * The part of the picture that lies in the square, and where it comes to lie in the cut. Pure.
 * @returns {{from: number[], to: number[]}|null} x, y, width, height in the picture and in the cut; null: no overlap
 */
export function overlap(square, width, height, size = RESOLUTION) {
  const left = square.x - square.side / 2;
  const top = square.y - square.side / 2;
  const x = Math.max(0, left);
  const y = Math.max(0, top);
  const w = Math.min(width, left + square.side) - x;
  const h = Math.min(height, top + square.side) - y;
  if (w <= 0 || h <= 0) return null;
  const scale = size / square.side;
  return { from: [x, y, w, h], to: [(x - left) * scale, (y - top) * scale, w * scale, h * scale] };
}

export class SquarePicture {
  constructor() {
    const canvas = document.createElement('canvas');
    canvas.width = RESOLUTION;
    canvas.height = RESOLUTION;
    this.context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  }

  /** @returns {Uint8ClampedArray} RGBA of the square, a fresh array */
  cut(source, square) {
    const { context } = this;
    context.fillStyle = '#000';
    context.fillRect(0, 0, RESOLUTION, RESOLUTION);
    const parts = overlap(square, source.width, source.height);
    if (parts) context.drawImage(source.element, ...parts.from, ...parts.to);
    return context.getImageData(0, 0, RESOLUTION, RESOLUTION).data;
  }
}
