/**
 * A camera for those who have none: it plays the pictures of one synthetic person into a 640 × 480 canvas, with a
 * slow zoom and a change of picture now and then. Frames are taken from that canvas exactly as from a webcam.
 */
export const SIZE = { width: 640, height: 480 };
const SHOW = 3_200; // ms a picture stays
const FADE = 350; // ms of fading, through the background: two faces are never seen at once
const ZOOM = 0.05;

/** What to draw at `now`: which picture, how visible, how far zoomed. Pure. */
export function moment(now, pictures, still = false) {
  if (pictures === 0) return null;
  const turn = Math.floor(now / SHOW);
  const within = now - turn * SHOW;
  const index = turn % pictures;
  if (still || pictures === 1) return { index: still ? index : 0, alpha: 1, zoom: 1 };
  const alpha = Math.min(1, within / FADE, (SHOW - within) / FADE);
  return { index, alpha, zoom: 1 + ZOOM * (within / SHOW) };
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

  /** Keeps the present picture, fully visible, until `release`: as somebody does who holds still. */
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
    const now = (this.held ?? performance.now()) - this.began;
    const shown = moment(now, this.pictures.length, this.still);
    if (!shown) return;
    const context = this.element.getContext('2d', { alpha: false });
    context.globalAlpha = 1;
    context.fillStyle = this.background;
    context.fillRect(0, 0, SIZE.width, SIZE.height);
    context.globalAlpha = this.held === null ? shown.alpha : 1;
    const picture = this.pictures[shown.index];
    const { x, y, width, height } = letterbox(picture.naturalWidth, picture.naturalHeight, shown.zoom);
    context.drawImage(picture, x, y, width, height);
  }
}

async function load(url) {
  const picture = new Image();
  picture.src = url;
  await picture.decode();
  return picture;
}
