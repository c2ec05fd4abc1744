/** What the wizard sends: small pictures to be looked at, and the photo itself. */
const LOOK_TIMEOUT = 5_000;
const PHOTO_TIMEOUT = 60_000;

export class Sending {
  constructor({ checkUrl, photosUrl, token, request = (...given) => fetch(...given) }) {
    Object.assign(this, { checkUrl, photosUrl, token, request });
  }

  /** @returns {Promise<object|string>} the guidance, or why there is none: `busy`, `over`, `failed` */
  async look(frame, shot) {
    const body = new FormData();
    body.append('frame', frame, 'frame.jpg');
    body.append('shot', shot);
    return this.#post(this.checkUrl, body, LOOK_TIMEOUT);
  }

  /** @returns {Promise<object|string>} what became of the photo, or as for `look` */
  async photo(picture, shot) {
    const body = new FormData();
    body.append('photos', picture, `${shot}.jpg`);
    body.append('shot', shot);
    return this.#post(this.photosUrl, body, PHOTO_TIMEOUT);
  }

  async #post(url, body, timeout) {
    const headers = { Accept: 'application/json', 'X-CSRFToken': this.token };
    try {
      const response = await this.request(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(timeout) });
      if (response.status === 503 || response.status === 429) return 'busy';
      if (response.ok) return await response.json();
      return response.status >= 500 ? 'failed' : 'over';
    } catch {
      return 'failed';
    }
  }
}
