/**
 * A webcam that is kept alive: opened, watched, and opened again when it fails.
 *
 * It reports one of `starting`, `prompt`, `live`, `none`, `refused`, `insecure`, `busy`, `lost`, `black`, `frozen`
 * whenever that changes. Whatever the fault, it keeps trying, so that a camera plugged in again just works.
 */
import { FrameWatch, luminance } from './frame_watch.js';

const WATCH_EVERY = 500; // ms
const REOPEN_EVERY = 3_000;
const PROMPT_AFTER = 1_200; // an answer this late means that the browser is asking the user
const FIRST_FRAME_WITHIN = 8_000;

/** Names of getUserMedia's exceptions (W3C Media Capture and Streams §10) → what the kiosk calls it. */
const FAULTS = {
  NotAllowedError: 'refused',
  SecurityError: 'refused',
  NotFoundError: 'none',
  OverconstrainedError: 'none',
  NotReadableError: 'busy',
  AbortError: 'busy',
  TypeError: 'insecure',
};

export class Webcam {
  /**
   * @param {{video: HTMLVideoElement, onStatus: (status: string) => void, onLook?: (rgba: Uint8ClampedArray) => void}}
   *   options onLook: a small picture, twice a second
   */
  constructor({ video, onStatus, onLook = () => {}, media = navigator.mediaDevices }) {
    this.element = video;
    this.onStatus = onStatus;
    this.onLook = onLook;
    this.media = media;
    this.watch = new FrameWatch();
    this.sample = document.createElement('canvas');
    this.sample.width = 32;
    this.sample.height = 24;
    this.status = null;
    this.deviceId = null;
    this.stream = null;
    this.wanted = false;
    this.opening = 0;
    this.frames = 0;
    this.onDeviceChange = () => this.status !== 'live' && this.#reopen();
  }

  get width() {
    return this.element.videoWidth;
  }

  get height() {
    return this.element.videoHeight;
  }

  /** Opens the camera `deviceId`, or any when that one is not there (or null). */
  async start(deviceId = null) {
    this.stop();
    this.wanted = true;
    this.deviceId = deviceId;
    this.#report('starting');
    if (!globalThis.isSecureContext || !this.media?.getUserMedia) return this.#report('insecure');
    this.media.addEventListener?.('devicechange', this.onDeviceChange);
    this.timer = setInterval(() => this.#check(), WATCH_EVERY);
    return this.#open();
  }

  stop() {
    this.wanted = false;
    this.opening += 1;
    clearInterval(this.timer);
    this.media?.removeEventListener?.('devicechange', this.onDeviceChange);
    this.#drop();
  }

  /** The cameras there are; names are known once the user has allowed one. */
  async devices() {
    if (!this.media?.enumerateDevices) return [];
    const all = await this.media.enumerateDevices();
    return all.filter((one) => one.kind === 'videoinput').map(({ deviceId, label }) => ({ deviceId, label }));
  }

  /** Resolves with the next frame drawn by the browser, or after `patience` ms without one. */
  nextFrame(patience = 400) {
    if (!this.element.requestVideoFrameCallback) return new Promise((resolve) => setTimeout(resolve, 50));
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patience);
      this.element.requestVideoFrameCallback(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  hold() {}

  release() {}

  #report(status) {
    if (status === this.status) return;
    this.status = status;
    this.onStatus(status);
  }

  #drop() {
    this.stream?.getTracks().forEach((track) => {
      track.onended = null;
      track.stop();
    });
    this.stream = null;
    this.element.srcObject = null;
  }

  async #open() {
    const attempt = (this.opening += 1);
    const current = () => this.wanted && attempt === this.opening;
    this.lastTry = performance.now();
    const asking = setTimeout(() => current() && this.status === 'starting' && this.#report('prompt'), PROMPT_AFTER);
    try {
      const stream = await this.#ask();
      if (!current()) return stream.getTracks().forEach((track) => track.stop());
      await this.#show(stream, current);
    } catch (error) {
      if (current()) this.#report(FAULTS[error.name] ?? 'lost');
    } finally {
      clearTimeout(asking);
      if (attempt === this.opening) this.lastTry = performance.now();
    }
  }

  async #ask() {
    const size = { width: { ideal: 1280 }, height: { ideal: 720 } };
    if (this.deviceId) {
      try {
        return await this.media.getUserMedia({ audio: false, video: { ...size, deviceId: { exact: this.deviceId } } });
      } catch (error) {
        if (error.name !== 'OverconstrainedError' && error.name !== 'NotFoundError') throw error;
      }
    }
    return this.media.getUserMedia({ audio: false, video: { ...size, facingMode: 'user' } });
  }

  async #show(stream, current) {
    this.#drop();
    this.stream = stream;
    this.watch.reset();
    this.frames = 0;
    const [track] = stream.getVideoTracks();
    track.onended = () => this.#lose();
    this.element.srcObject = stream;
    await this.element.play();
    const deadline = performance.now() + FIRST_FRAME_WITHIN;
    while (current() && this.width === 0 && performance.now() < deadline) await this.nextFrame();
    if (!current()) return;
    if (this.width === 0) return this.#lose();
    this.#count(stream);
    this.#report('live');
  }

  #count(stream) {
    if (!this.element.requestVideoFrameCallback) return;
    const seen = () => {
      if (this.stream !== stream) return;
      this.frames += 1;
      this.element.requestVideoFrameCallback(seen);
    };
    this.element.requestVideoFrameCallback(seen);
  }

  #lose() {
    if (!this.wanted) return;
    this.#drop();
    this.#report('lost');
  }

  /** Every half second: is the picture alive? If there is none, is it time to try again? */
  #check() {
    if (document.hidden) return this.watch.reset(); // a hidden page gets no frames, which is no fault
    if (!this.stream) return performance.now() - (this.lastTry ?? 0) > REOPEN_EVERY && this.#reopen();
    if (this.width === 0) return undefined;
    const context = this.sample.getContext('2d', { willReadFrequently: true });
    context.drawImage(this.element, 0, 0, this.sample.width, this.sample.height);
    const { data } = context.getImageData(0, 0, this.sample.width, this.sample.height);
    const frames = this.element.requestVideoFrameCallback ? this.frames : this.element.currentTime;
    const seen = this.watch.see({ now: performance.now(), frames, ...luminance(data) });
    this.#report(seen);
    this.onLook(data);
    if (seen === 'frozen') this.#drop();
    return undefined;
  }

  #reopen() {
    const pending = this.status === 'starting' || this.status === 'prompt';
    if (this.wanted && !this.stream && !pending && this.status !== 'insecure') this.#open();
  }
}
