/**
 * The kiosk's calls to the server. Each resolves to an event for the state machine and never throws: what went
 * wrong is part of the event, so that nothing can be swallowed on the way.
 */
export const TIMEOUT_MS = { status: 5_000, challenge: 4_000, submit: 15_000, answer: 8_000 };

/** These say "not now", not "no": the same request may be sent again. */
const NOT_NOW = new Set([408, 425, 429, 500, 502, 503, 504]);

export class Network {
  /**
   * @param {{root: string, fetch?: typeof fetch, locale?: () => string, onTime?: (seen: object) => void}} options root
   *   of the API; onTime: the server has said what time it is, see `clock.js`
   */
  constructor({ root, fetch = globalThis.fetch.bind(globalThis), locale = () => 'en', onTime = () => {} }) {
    this.root = root.replace(/\/$/, '');
    this.fetch = fetch;
    this.locale = locale;
    this.onTime = onTime;
  }

  async status() {
    const sent = Date.now();
    const answer = await this.#call('/kiosk', {}, TIMEOUT_MS.status);
    if (answer.ok) this.onTime({ sent, received: Date.now(), server: Date.parse(answer.body.now) });
    return answer.ok ? { type: 'SERVER', status: 'ok', kiosk: answer.body } : { type: 'SERVER', status: 'away' };
  }

  /**
   * @param {{nonce: string, capturedAt: string, session: number, frames: Blob[], by?: object|null}} visit by: how it
   *   was begun, for the record; challenge: the id of what the visitor was asked, answered in `asked`; kept: while the
   *   server was away
   */
  async submit({ nonce, capturedAt, session, frames, by = null, challenge = null, asked = [], kept = false }) {
    const form = new FormData();
    frames.forEach((frame, index) => form.append('frames', frame, `frame-${index + 1}.jpg`));
    form.append('nonce', nonce);
    form.append('session_id', String(session));
    form.append('captured_at', capturedAt);
    if (kept) form.append('kept', 'true');
    if (by) form.append('gesture', JSON.stringify(by));
    if (challenge) {
      form.append('challenge', challenge);
      asked.forEach((frame, index) => form.append('challenge_frames', frame, `challenge-${index + 1}.jpg`));
    }
    const answer = await this.#call('/check-ins', { method: 'POST', body: form }, TIMEOUT_MS.submit);
    if (answer.again) return { type: 'SUBMIT_FAILED', nonce, ...why(answer) };
    return { type: 'RESULT', nonce, body: answer.body };
  }

  /** What the visitor has to do; null when nothing is asked or the server cannot say. */
  async challenge({ session, nonce }) {
    const body = JSON.stringify({ session_id: session });
    const request = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body };
    const answer = await this.#call('/challenges', request, TIMEOUT_MS.challenge);
    return { type: 'CHALLENGE', nonce, challenge: answer.ok ? answer.body.challenge : null };
  }

  /** @param {{id: string, answer: 'O'|'X'}} given */
  async answer({ id, answer: letter }) {
    const request = {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ answer: letter }),
    };
    const answer = await this.#call(`/check-ins/${encodeURIComponent(id)}/answer`, request, TIMEOUT_MS.answer);
    if (answer.again) return { type: 'ANSWER_FAILED', id, wait: answer.wait };
    return { type: 'RECORDED', id, body: answer.body };
  }

  /**
   * A visit without a face: with a `code`, or with `number` and `pin`.
   * @param {{nonce: string, capturedAt: string, session: number, code?: string, number?: string, pin?: string}} claim
   */
  async claim({ nonce, capturedAt, session, code, number, pin, kept = false }) {
    const proof = code === undefined ? { number, pin } : { code };
    const body = JSON.stringify({ nonce, captured_at: capturedAt, session_id: session, ...proof, ...(kept && { kept }) });
    const request = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body };
    const answer = await this.#call(`/check-ins/${code === undefined ? 'pins' : 'codes'}`, request, TIMEOUT_MS.answer);
    if (answer.again && answer.body?.reason !== 'too_many_tries') return { type: 'CLAIM_FAILED', nonce, ...why(answer) };
    return { type: 'CLAIMED', nonce, body: answer.body };
  }

  /** @returns {Promise<{code: string, seconds: number}|null>} a code for an instructor to accept; null: not now */
  async pairingCode() {
    const answer = await this.#call('/pairings', { method: 'POST' }, TIMEOUT_MS.status);
    return answer.ok ? answer.body : null;
  }

  /** Whether the code was accepted; the browser has its kiosk cookie then. */
  async collectPairing() {
    const answer = await this.#call('/pairings/collection', { method: 'POST' }, TIMEOUT_MS.status);
    return answer.ok && answer.body.paired === true;
  }

  /** The people whose pictures the demo camera can play; none when there is no demo class. */
  async demoPeople() {
    const answer = await this.#call('/demo/people', {}, TIMEOUT_MS.status);
    return answer.ok && Array.isArray(answer.body) ? answer.body : [];
  }

  async #call(path, request, timeout) {
    const headers = { Accept: 'application/json', 'Accept-Language': this.locale(), ...request.headers };
    const options = { ...request, headers, cache: 'no-store', signal: AbortSignal.timeout(timeout) };
    let response;
    let body;
    try {
      response = await this.fetch(this.root + path, options);
      body = await bodyOf(response);
      if (NOT_NOW.has(response.status)) return { ok: false, again: true, wait: retryAfter(response), body };
    } catch {
      return { ok: false, again: true, wait: 0 }; // unreachable, broken off or too slow
    }
    return { ok: response.ok, again: false, body };
  }
}

/** When to try again, and why it was not now, where the server could say. */
function why({ wait, body }) {
  return { wait, ...(body?.reason && { reason: body.reason }) };
}

/** A proxy's own error page is not JSON: it still has a meaning for the visitor, "server_error". */
async function bodyOf(response) {
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  if (isJson) return response.json();
  await response.arrayBuffer();
  return { reason: 'server_error' };
}

/** Seconds in Retry-After as milliseconds, at most 10 s; 0 without one. */
function retryAfter(response) {
  const seconds = Number(response.headers.get('retry-after') ?? 0);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 10) * 1000 : 0;
}
