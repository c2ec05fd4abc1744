/** One try to sign in with the face: a burst, the server's question, the frames of the answer. */
/** Longer than at the kiosk: nobody waits in line, and nothing is said aloud. The ring in `face_step.css` fills in it. */
export const TURN = { seconds: 5, frames: 10 };

const TIMEOUT = 20_000;

export class FaceTry {
  /**
   * @param {{challengeUrl: string, tryUrl: string, token: string, take: Function, onAsked: Function, onSending: Function,
   *   request?: Function}} options take: gives pictures, see `burst.js`; onAsked: told what the visitor has to do
   */
  constructor({ challengeUrl, tryUrl, token, take, onAsked, onSending, request = (...given) => fetch(...given) }) {
    Object.assign(this, { challengeUrl, tryUrl, token, take, onAsked, onSending, request });
  }

  /** @returns {Promise<{next?: string, message?: string, left?: number, fault?: string}>} fault: `busy`, `over`, `failed` */
  async run() {
    const burst = await this.take({});
    if (burst.length === 0) return { fault: 'failed' };
    const asked = await this.#post(this.challengeUrl, new FormData());
    if (asked.fault) return asked;
    this.onAsked(asked.kind);
    const { frames, seconds } = TURN;
    const turned = await this.take({ frames, gap: (seconds * 1000) / frames, quality: 0.85 });
    this.onSending();
    const body = new FormData();
    body.append('challenge', asked.id);
    burst.forEach((frame, index) => body.append('frames', frame, `frame-${index + 1}.jpg`));
    turned.forEach((frame, index) => body.append('challenge_frames', frame, `challenge-${index + 1}.jpg`));
    return this.#post(this.tryUrl, body);
  }

  async #post(url, body) {
    const headers = { Accept: 'application/json', 'X-CSRFToken': this.token };
    try {
      const response = await this.request(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(TIMEOUT) });
      if (response.ok || response.status === 422) return await response.json();
      if (response.status === 503 || response.status === 429) return { fault: 'busy' };
      return { fault: response.status >= 500 ? 'failed' : 'over' };
    } catch {
      return { fault: 'failed' };
    }
  }
}
