/**
 * A camera for those who have none: it plays the pictures of one synthetic person into a 640 × 480 canvas, with a
 * slow zoom and a change of picture now and then. Frames are taken from that canvas exactly as from a webcam.
 */
export const SIZE = { width: 640, height: 480 };
const SHOW = 3_200; // ms a picture stays
const FADE = 450; // ms in which one picture gives way to the next
const ZOOM = 0.05;

/**
 * What to draw at `now`, bottom first: [{index, alpha, zoom}]. Pure.
 * @param {{held?: boolean, still?: boolean}} how held: one picture only, as when somebody holds still; still: no
 *   zoom and no fading, for those who asked their device for less motion
 */
export function layers(now, pictures, { held = false, still = false } = {}) {
  if (pictures === 0) return [];
  const turn = Math.floor(now / SHOW);
  const within = now - turn * SHOW;
  const zoom = (time) => (still ? 1 : 1 + ZOOM * (time / SHOW));
  const top = { index: turn % pictures, alpha: 1, zoom: zoom(within) };
  if (held || still || turn === 0 || pictures === 1 || within >= FADE) return [top];
  const leaving = { index: (turn - 1) % pictures, alpha: 1, zoom: zoom(SHOW + within) };
  return [leaving, { ...top, alpha: within / FADE }];
}

/** Where a picture of that size lies in the canvas: whole, centred, as large as it fits (letterboxed). */
export function letterbox(width, height, zoom = 1) {
  const scale = Math.min(SIZE.width / width, SIZE.height / height) * zoom;
  const w = width * scale;
  const h = height * scale;
  return { x: (SIZE.width - w) / 2, y: (SIZE.height - h) / 2, width: w, height: h };
}

export class DemoCamera {
  constructor({ canvas, onStatus, background = '#1d2622', still = false }) {
    this.element = canvas;
    this.onStatus = onStatus;
    this.background = background;
    this.still = still;
    this.pictures = [];
    this.held = null;
    Object.assign(canvas, SIZE);
  }

  get width() {
    return SIZE.width;
  }

  get height() {
    return SIZE.height;
  }

  /** Plays `person` ({name, pictures: [url]}). Reports `live` once the first picture is there, `lost` if none is. */
  async start(person) {
    this.stop();
    const playing = (this.playing = Symbol(person.name));
    this.onStatus('starting');
    const loaded = await Promise.allSettled(person.pictures.map(load));
    if (playing !== this.playing) return;
    this.pictures = loaded.filter((one) => one.status === 'fulfilled').map((one) => one.value);
    if (this.pictures.length === 0) return this.onStatus('lost');
    this.began = performance.now();
    this.#play(playing);
    this.onStatus('live');
  }

  stop() {
    this.playing = null;
    this.pictures = [];
    cancelAnimationFrame(this.frame);
  }

  /** Keeps the present picture until `release`: as somebody does who holds still. */
  hold() {
    this.held = performance.now();
    this.#draw();
  }

  release() {
    if (this.held !== null) this.began += performance.now() - this.held;
    this.held = null;
  }

  nextFrame() {
    return new Promise((resolve) => requestAnimationFrame(resolve));
  }

  #play(playing) {
    if (playing !== this.playing) return;
    this.#draw();
    this.frame = requestAnimationFrame(() => this.#play(playing));
  }

  #draw() {
    const held = this.held !== null;
    const now = (this.held ?? performance.now()) - this.began;
    const context = this.element.getContext('2d', { alpha: false });
    context.fillStyle = this.background;
    context.fillRect(0, 0, SIZE.width, SIZE.height);
    for (const { index, alpha, zoom } of layers(now, this.pictures.length, { held, still: this.still })) {
      const picture = this.pictures[index];
      const { x, y, width, height } = letterbox(picture.naturalWidth, picture.naturalHeight, zoom);
      context.globalAlpha = alpha;
      context.drawImage(picture, x, y, width, height);
    }
    context.globalAlpha = 1;
  }
}

async function load(url) {
  const picture = new Image();
  picture.src = url;
  await picture.decode();
  return picture;
}
