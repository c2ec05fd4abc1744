/**
 * The camera's picture with what is seen on it. Looks again and again, one look at a time: while something is recorded
 * each look is kept as a picture to learn from, otherwise it shows what the taught head says.
 */
import { Webcam } from '../../kiosk/camera.js';
import { Framing, toPicture } from '../../kiosk/gestures/framing.js';
import { RESOLUTION } from '../../kiosk/gestures/keypoints.js';
import { Skeleton } from '../../kiosk/gestures/skeleton.js';
import { SquarePicture } from '../../kiosk/gestures/square_picture.js';
import { relit, variation } from './variations.js';

const EVERY = 66; // ms from one look to the next, at least
const RECORD_EVERY = 180; // neighbours in time are nearly the same picture
const NO_PICTURE_YET = 250;
const VARIATIONS = 2; // beside the picture as it is
const THUMBNAIL = 96; // px

export class Stage {
  #record = null; // { label, keep } while recording
  #run = null;

  /**
   * @param {object} options
   * @param {HTMLElement} options.root holds a video and a canvas
   * @param {import('./teacher.js').Teacher} options.teacher
   * @param {(status: string) => void} options.onCamera see `Webcam`
   * @param {(look: object) => void} options.onLook { now, framed, probabilities }
   * @param {(error: Error) => void} options.onFault learning has stopped for good
   */
  constructor({ root, teacher, onCamera, onLook, onFault }) {
    Object.assign(this, { teacher, onLook, onFault });
    this.camera = new Webcam({ video: root.querySelector('video'), onStatus: onCamera });
    this.skeleton = new Skeleton(root.querySelector('canvas'));
    this.framing = new Framing();
    this.picture = new SquarePicture();
  }

  async start(deviceId = null) {
    this.framing.forget();
    if (!this.#run) this.#keepLooking((this.#run = Symbol('run')));
    await this.camera.start(deviceId);
  }

  /** While training nothing is looked at: all the machine's strength goes there. */
  pause() {
    this.#run = null;
    this.skeleton.clear();
  }

  resume() {
    if (!this.#run) this.#keepLooking((this.#run = Symbol('run')));
  }

  /** @param {number} label @param {(thumbnail: string) => number|null} keep gives the picture's id; null: enough */
  record(label, keep) {
    this.#record = { label, keep };
  }

  endRecording() {
    this.#record = null;
  }

  async #keepLooking(run) {
    while (run === this.#run) {
      const begun = performance.now();
      try {
        const wait = await this.#look(begun);
        await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait - (performance.now() - begun))));
      } catch (error) {
        this.#run = null;
        this.onFault(error);
      }
    }
  }

  async #look(now) {
    const { width, height } = this.camera;
    if (!width || document.hidden) return NO_PICTURE_YET;
    const square = this.framing.square(width, height);
    const cut = this.picture.cut(this.camera, square);
    const recording = this.framed ? this.#record : null;
    const seen = recording ? await this.#keep(recording, cut, square) : await this.teacher.look(cut);
    const points = toPicture(seen.points, square);
    this.framed = this.framing.see(points, now);
    this.skeleton.draw(points, { width, height }, recording ? 1 : 0);
    this.onLook({ now, framed: this.framed, probabilities: seen.probabilities ?? null });
    return recording ? RECORD_EVERY : EVERY;
  }

  async #keep({ label, keep }, cut, square) {
    const id = keep(this.#thumbnail());
    if (id === null) return this.teacher.look(cut);
    const squares = [cut];
    for (let number = 0; number < VARIATIONS; number += 1) {
      const strayed = variation(square, number);
      squares.push(relit(this.picture.cut(this.camera, strayed.square), RESOLUTION, strayed));
    }
    return this.teacher.keep(id, label, squares);
  }

  /** What was just cut, as it is seen in a mirror. */
  #thumbnail() {
    const canvas = document.createElement('canvas');
    canvas.width = THUMBNAIL;
    canvas.height = THUMBNAIL;
    const context = canvas.getContext('2d');
    context.translate(THUMBNAIL, 0);
    context.scale(-1, 1);
    context.drawImage(this.picture.context.canvas, 0, 0, THUMBNAIL, THUMBNAIL);
    return canvas.toDataURL('image/jpeg', 0.8);
  }
}
