/**
 * How a kiosk's framing strays from the ideal, imitated: each picture is learnt from in a few squares, so that the head
 * does not depend on one distance, one place, or on which arm is which. Pure. As training/gestures does it.
 */
const SHIFT = 0.15; // of a shoulder width, standard deviation
const SCALE = [0.75, 1.5]; // of the kiosk's own square
const GAIN = [0.65, 1.35]; // light
const LIFT = 22;
const SHOULDER_WIDTHS_A_SIDE = 3.8;

/**
 * @param {{x: number, y: number, side: number}} square the kiosk's own
 * @param {number} number of the variation: odd ones are mirrored
 * @param {() => number} random 0–1
 */
export function variation(square, number, random = Math.random) {
  const across = square.side / SHOULDER_WIDTHS_A_SIDE;
  const between = ([low, high]) => low + (high - low) * random();
  return {
    square: {
      x: square.x + normal(random) * SHIFT * across,
      y: square.y + normal(random) * SHIFT * across,
      side: square.side * between(SCALE),
    },
    mirrored: number % 2 === 1,
    gain: between(GAIN),
    lift: between([-LIFT, LIFT]),
  };
}

/**
 * The pixels, mirrored and in another light where the variation says so.
 * @param {Uint8ClampedArray} rgba size × size pixels; stays as it is
 */
export function relit(rgba, size, { mirrored, gain, lift }) {
  const result = new Uint8ClampedArray(rgba.length);
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const to = (row * size + column) * 4;
      const from = mirrored ? (row * size + size - 1 - column) * 4 : to;
      for (let channel = 0; channel < 3; channel += 1) result[to + channel] = rgba[from + channel] * gain + lift;
      result[to + 3] = 255;
    }
  }
  return result;
}

/** Box and Muller's, one of the two. */
function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
