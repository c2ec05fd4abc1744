/**
 * Gestures for the kiosk: what is seen becomes the same CAPTURE, O and X that buttons and keys send, in the states
 * where these mean something; a ring fills while a gesture is held, a skeleton shows what is seen.
 */
import { GestureLoop } from './gesture_loop.js';
import { AT_REST, hold } from './hold.js';
import { LEFT_SHOULDER, NOSE, RIGHT_SHOULDER } from './keypoints.js';
import { Skeleton } from './skeleton.js';

const NOTHING = new Set();
const RATE_OVER = 2_000; // ms
const FRESH = 1_500; // ms for which somebody is taken to stand where they were seen

/** Nose, left and right shoulder, each as x and y in parts of the picture and how likely: nine numbers. Pure. */
export function bodyOf(points, { width, height }) {
  const round = (value) => Math.round(value * 1000) / 1000;
  return [NOSE, LEFT_SHOULDER, RIGHT_SHOULDER].flatMap((at) => [points[at].x / width, points[at].y / height, points[at].score].map(round));
}

/** The gestures that mean something in a state of the machine. Pure. */
export function wantedIn({ name, detail }) {
  if (name === 'waiting') return new Set(['CAPTURE']);
  if (name === 'confirming' && !detail.answer) return new Set(['O', 'X']);
  return NOTHING;
}

export class Gestures {
  /**
   * @param {object} options
   * @param {HTMLElement} options.root the kiosk
   * @param {{poseNet: string, head: string}} options.addresses absolute
   * @param {() => {element, width, height}} options.source the camera
   * @param {(event: object) => void} options.send an event to the machine
   * @param {() => void} options.onChange `status` is another
   */
  constructor({ root, addresses, source, send, onChange }) {
    Object.assign(this, { root, source, send, onChange });
    /** off (nobody could be seen), starting, ready or unavailable */
    this.status = 'off';
    this.state = AT_REST;
    this.wanted = NOTHING;
    this.looks = [];
    this.skeleton = new Skeleton(root.querySelector('#skeleton'));
    this.loop = new GestureLoop({
      addresses,
      source,
      onLook: (look) => this.#see(look),
      onStatus: (status) => this.#report(status),
    });
  }

  /** The machine is in this state now. @param {{able: boolean}} how able: a camera that shows people is running */
  follow(state, { able }) {
    this.wanted = wantedIn(state);
    this.loop.attend(this.wanted.size > 0 || state.name === 'counting_down');
    if (able && this.status === 'off') this.loop.start();
    if (!able && this.status !== 'off') {
      this.loop.stop();
      this.#report('off');
    }
    if (this.wanted.size === 0 || !able) this.skeleton.clear();
  }

  /** @param {string} head address of the model.json to use; nothing happens while it stays the same */
  use(head) {
    if (head === this.loop.addresses.head) return;
    this.loop.change({ ...this.loop.addresses, head });
  }

  /** Where the visitor is, for a picture taken now: nose and shoulders as nine numbers, or null. */
  body() {
    const { points, size, at } = this.seen ?? {};
    if (!points || performance.now() - at > FRESH) return null;
    return bodyOf(points, size);
  }

  #report(status) {
    if (status === this.status) return;
    this.status = status;
    this.root.dataset.gestures = status;
    if (status !== 'ready') this.skeleton.clear();
    this.onChange();
  }

  #see({ now, gesture, probability, points, framed, backend, tensors }) {
    const frame = framed ? { gesture, probability, now } : { gesture: null, probability: 0, now };
    const held = hold(this.state, frame, this.wanted);
    this.state = held.state;
    const { width, height } = this.source();
    this.seen = { points, size: { width, height }, at: now };
    this.#measure(now, backend, tensors);
    this.#show(held.gesture, held.progress);
    if (this.wanted.size > 0) this.skeleton.draw(points, this.source(), held.progress);
    if (held.fired) this.send({ type: held.gesture, by: { way: 'gesture', backend, ...rounded(held.fired) } });
  }

  /** Fills the rings on the screen: each says by `data-hold` which gesture it is for. */
  #show(gesture, progress) {
    for (const ring of this.root.querySelectorAll('[data-hold]')) {
      const filled = ring.dataset.hold === gesture ? progress : 0;
      ring.dataset.held = String(filled > 0);
      ring.querySelector('.hold-fill').setAttribute('stroke-dashoffset', String(1 - filled));
    }
  }

  /** For whoever looks after the kiosk, and for tests: backend, looks a second, tensors kept. */
  #measure(now, backend, tensors) {
    this.looks = [...this.looks, now].filter((at) => now - at <= RATE_OVER);
    const seconds = (now - this.looks[0]) / 1000;
    const rate = seconds > 0 ? (this.looks.length - 1) / seconds : 0;
    Object.assign(this.root.dataset, { gestureBackend: backend, gestureRate: rate.toFixed(1), gestureTensors: tensors });
  }
}

const rounded = ({ confidence, frames, ms }) => ({
  confidence: Number(confidence.toFixed(3)),
  frames,
  ms: Math.round(ms),
});
