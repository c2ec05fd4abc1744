/**
 * Sends a picture of the camera again and again, each once the answer to the one before is there: a slow server
 * gets fewer, a fast one at most three a second.
 */
const EVERY = 333; // ms
const REST_AFTER_TROUBLE = 2_000;
const LONG_SIDE = 1280;

export class RoomWatch {
  /**
   * @param {{camera: HTMLVideoElement, ask: (picture: Blob) => Promise<object>, onSeen: (seen: object) => void,
   *   onTrouble: () => void}} options
   */
  constructor({ camera, ask, onSeen, onTrouble }) {
    this.camera = camera;
    this.ask = ask;
    this.onSeen = onSeen;
    this.onTrouble = onTrouble;
    this.run = 0;
    this.canvas = document.createElement('canvas');
  }

  start() {
    const run = (this.run += 1);
    this.#go(() => run === this.run);
  }

  stop() {
    this.run += 1;
  }

  /** The camera's picture as a JPEG; without a long side it keeps all its pixels. */
  picture(quality, longSide = Infinity) {
    const { videoWidth: width, videoHeight: height } = this.camera;
    const scale = Math.min(1, longSide / Math.max(width, height));
    this.canvas.width = Math.round(width * scale);
    this.canvas.height = Math.round(height * scale);
    this.canvas.getContext('2d').drawImage(this.camera, 0, 0, this.canvas.width, this.canvas.height);
    return new Promise((resolve) => this.canvas.toBlob(resolve, 'image/jpeg', quality));
  }

  async #go(wanted) {
    while (wanted()) {
      const begun = performance.now();
      let rest = EVERY;
      try {
        const seen = await this.ask(await this.picture(0.8, LONG_SIDE));
        if (wanted()) this.onSeen(seen);
      } catch {
        if (wanted()) this.onTrouble();
        rest = REST_AFTER_TROUBLE;
      }
      const left = rest - (performance.now() - begun);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, left)));
    }
  }
}
