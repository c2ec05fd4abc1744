/**
 * The kiosk's state machine: (state, event) → { state, effects }. Pure: no DOM, no clock, no network.
 *
 *   waiting → counting_down → [challenging →] matching → confirming → done | retry | fallback
 *
 * Besides these, three states in which nobody is being served: `starting`, `choosing` (several sessions are open)
 * and `trouble` (`detail.kind` says which). What is known of the world – camera, server, sessions – is kept in
 * `state.world` through every state; whenever the kiosk comes to rest, `rest()` derives from it where to rest, so
 * that a camera or a server that failed during a visit is never forgotten.
 *
 * Whoever checks in without a face goes through `keypad` and `claiming` (`claims.js`) instead of the first three.
 *
 * Buttons, keys and gestures all send the same CAPTURE, O and X; `by` says which it was, for the record.
 *
 * Timers are effects whose event carries the `turn` they were started in; every transition begins a new turn, and a
 * timer from an earlier one is ignored. Answers of the server are matched by nonce and by check-in id likewise.
 */
import { challengeHandlers } from './challenges.js';
import { claimHandlers } from './claims.js';
import { canKeep, keepEffect, keepingHandlers } from './offline/keeping.js';
import { rest, usableSessions } from './rest.js';

export const SECONDS = {
  countdown: 3,
  slow: 4,
  confirming: 30,
  done: 5,
  retry: 9,
  fallback: 15,
};

/** Waits before the next attempt after a failed one, ms. When they are used up the server counts as away. */
export const BACK_OFF = [400, 800, 1600, 3000, 5000];

/** After so many visits in a row without a result the kiosk stops asking to try again. */
export const MISSES = 3;

/**
 * @param {{session?: number|null, pinned?: boolean, pairing?: boolean, known?: object|null, kept?: number}} [start]
 *   session: remembered, or pinned by the address; pairing: the address asks for it, though the demo class may be open;
 *   known: what the server said last (paired, sessions, keeping), for a start without it; kept: visits kept already
 */
export function initial({ session = null, pinned = false, pairing = false, known = null, kept = 0 } = {}) {
  const world = {
    camera: 'starting',
    server: 'starting',
    paired: known?.paired ?? false,
    revoked: false,
    pairing,
    demo: false,
    sessions: known?.sessions ?? [],
    keeping: known?.keeping ?? null,
    kept,
    chosen: session,
    pinned,
    misses: 0,
  };
  return { name: 'starting', turn: 0, world, detail: {} };
}

/** The session that the kiosk is checking in to, or null. */
export function session(state) {
  return state.world.sessions.find((one) => one.id === state.world.chosen) ?? null;
}

/** @returns {{state: object, effects: object[]}} */
export function step(state, event) {
  if (event.turn !== undefined && event.turn !== state.turn) return stay(state);
  const everywhere = EVERYWHERE[event.type];
  if (everywhere) return everywhere(state, event);
  const handler = HANDLERS[state.name]?.[event.type];
  return handler ? handler(state, event) : stay(state);
}

const RESTING = new Set(['starting', 'waiting', 'choosing', 'trouble']);

const stay = (state, effects = []) => ({ state, effects });

function go(state, name, detail = {}, effects = []) {
  const turn = state.turn + 1;
  const stamped = effects.map((effect) =>
    effect.type === 'after' ? { ...effect, event: { ...effect.event, turn } } : effect,
  );
  return { state: { ...state, name, turn, detail }, effects: stamped };
}

const after = (ms, type) => ({ type: 'after', ms, event: { type } });
const say = (key, values) => ({ type: 'say', key, ...(values && { values }) });

function toRest(state, effects = []) {
  const place = rest(state.world);
  const same = state.name === place.name && state.detail.kind === place.detail.kind;
  const next = { ...state, world: { ...state.world, chosen: place.chosen } };
  if (same) return { state: { ...next, detail: place.detail }, effects };
  const spoken = place.name === 'trouble' ? [] : SPOKEN_AT_REST[place.name] ?? [];
  return go(next, place.name, place.detail, [...spoken, ...effects]);
}

const SPOKEN_AT_REST = { choosing: [say('say.choosing')] };

const withWorld = (state, change) => ({ ...state, world: { ...state.world, ...change } });

/* What may happen in any state: the world changes. A visit goes on unless it cannot. */
const EVERYWHERE = {
  CAMERA(state, { status }) {
    const next = withWorld(state, { camera: status });
    const lost = status !== 'live' && (state.name === 'counting_down' || state.name === 'challenging');
    return RESTING.has(state.name) || lost ? toRest(next) : stay(next);
  },

  SERVER(state, { status, kiosk }) {
    const known = status === 'ok' && kiosk
      ? {
          server: 'ok',
          paired: kiosk.paired,
          revoked: kiosk.revoked ?? false,
          demo: kiosk.demo,
          sessions: kiosk.sessions,
          keeping: kiosk.keeping ?? null,
        }
      : { server: status };
    const next = withWorld(state, known);
    return RESTING.has(state.name) ? toRest(next) : stay(next);
  },

  KEPT_COUNT(state, { count }) {
    const next = withWorld(state, { kept: count });
    return RESTING.has(state.name) ? toRest(next) : stay(next);
  },

  CHOOSE(state, { session: id }) {
    const next = withWorld(state, { chosen: id, pinned: false });
    return RESTING.has(state.name) ? toRest(next, [{ type: 'remember', session: id }]) : stay(state);
  },

  CHANGE_SESSION(state) {
    const others = usableSessions(state.world).length > 1 || state.world.pinned;
    if (!RESTING.has(state.name) || !others) return stay(state);
    return toRest(withWorld(state, { chosen: null, pinned: false }), [{ type: 'remember', session: null }]);
  },

  BACK(state) {
    if (RESTING.has(state.name)) return stay(state);
    if (state.name === 'confirming' && state.detail.answer) return stay(state);
    return toRest(state, [{ type: 'forget' }]);
  },
};

const CHALLENGES = challengeHandlers({ go, stay, after, say, match });
const CLAIMS = claimHandlers({ go, stay, after, say, repeat, leave, ended });
const KEEPING = keepingHandlers({ stay, done, retry });
Object.assign(EVERYWHERE, CLAIMS.everywhere);

const HANDLERS = {
  challenging: CHALLENGES.handlers,
  keypad: CLAIMS.states.keypad,
  claiming: { ...CLAIMS.states.claiming, ...KEEPING },
  waiting: { CAPTURE: countDown },
  counting_down: { TICK: tick, CAPTURED: captured, CAPTURE_FAILED: captureFailed },
  matching: { ...KEEPING, RESULT: result, SUBMIT_FAILED: submitFailed, SUBMIT: submitAgain, SLOW: slow },
  confirming: { O: answer, X: answer, RECORDED: recorded, ANSWER_FAILED: answerFailed, ANSWER: answerAgain, TIMEOUT: leave },
  done: { CAPTURE: countDown, TIMEOUT: leave },
  retry: { CAPTURE: countDown, TIMEOUT: leave },
  fallback: { CAPTURE: countDown, TIMEOUT: leave },
};

/* ---- a visit begins ---- */

function countDown(state, { by = null }) {
  const place = rest(state.world);
  if (place.name !== 'waiting') return toRest(state);
  const next = withWorld(state, { chosen: place.chosen });
  return go(next, 'counting_down', { left: SECONDS.countdown, by }, [
    { type: 'forget' },
    say('say.counting_down'),
    after(1000, 'TICK'),
  ]);
}

function tick(state) {
  const left = state.detail.left - 1;
  const detail = { ...state.detail, left };
  if (left > 0) return go(state, 'counting_down', detail, [after(1000, 'TICK')]);
  return go(state, 'counting_down', detail, [{ type: 'capture' }]);
}

function captureFailed(state) {
  return retry(state, { reason: 'no_frames', problems: [] });
}

function captured(state, { nonce, capturedAt, bodies = null }) {
  const { by } = state.detail;
  const detail = { nonce, capturedAt, session: state.world.chosen, by: bodies ? { ...by, bodies } : by };
  const asks = session(state)?.challenges && state.world.server === 'ok';
  return asks ? CHALLENGES.begin(state, detail) : match(state, detail);
}

function match(state, { nonce, capturedAt, session: id, by, challenge = null }) {
  const detail = { nonce, capturedAt, session: id, by, challenge, attempt: 0, slow: false };
  if (state.world.server === 'away') return go(state, 'matching', detail, [keepEffect(detail)]);
  return go(state, 'matching', detail, [submit(detail), after(SECONDS.slow * 1000, 'SLOW')]);
}

/* ---- the server is asked; the same nonce until it has answered ---- */

const submit = ({ nonce, capturedAt, session: id, by, challenge }) => ({
  type: 'submit',
  nonce,
  capturedAt,
  session: id,
  by,
  ...(challenge && { challenge }),
});

function slow(state) {
  return stay({ ...state, detail: { ...state.detail, slow: true } });
}

function submitFailed(state, event) {
  return repeat(state, event, 'SUBMIT');
}

/** The same request again after a while, later each time; then the server counts as away. */
function repeat(state, { nonce, wait, reason = null }, type) {
  if (nonce !== state.detail.nonce) return stay(state);
  const pause = BACK_OFF[state.detail.attempt];
  if (pause === undefined) return keepOrLose(state);
  const detail = { ...state.detail, attempt: state.detail.attempt + 1, slow: true, crowded: reason === 'busy' };
  return go(state, state.name, detail, [after(Math.max(pause, wait ?? 0), type)]);
}

/** The server does not answer: the visit is kept where it may be. The server may have heard it; the nonce is the same. */
function keepOrLose(state) {
  const away = withWorld(state, { server: 'away' });
  if (canKeep(away.world)) return stay(away, [keepEffect(state.detail), { type: 'refresh' }]);
  return toRest(away, [{ type: 'forget' }, { type: 'refresh' }]);
}

function submitAgain(state) {
  return stay(state, [submit(state.detail)]);
}

function result(state, { nonce, body }) {
  if (nonce !== state.detail.nonce) return stay(state);
  if (body.reason !== 'match') return ended(state, body);
  const leaving = body.leaving ?? false;
  return go(state, 'confirming', { id: body.id, student: body.student, leaving, answer: null, attempt: 0 }, [
    { type: 'forget' },
    say(leaving ? 'say.confirming.leaving' : 'say.confirming', { name: body.student.name }),
    after(SECONDS.confirming * 1000, 'TIMEOUT'),
  ]);
}

/** A visit that needs no answer has ended. */
function ended(state, body) {
  const forget = { type: 'forget' };
  switch (body.reason) {
    case 'match':
      return done(state, { kind: outcome(body.attendance), student: body.student, attendance: body.attendance }, [forget]);
    case 'already_checked_in':
      return done(state, { kind: already(body.attendance), student: body.student, attendance: body.attendance }, [forget]);
    case 'unknown':
    case 'not_on_roster':
      return fallback(state, { kind: body.reason }, [forget]);
    case 'kiosk_not_paired':
      return toRest(withWorld(state, { paired: false }), [forget, { type: 'refresh' }]);
    case 'session_closed':
      return retry(state, { reason: 'session_closed', problems: [] }, [forget, { type: 'refresh' }]);
    default: {
      const reason = RETRY_REASONS.has(body.reason) ? body.reason : 'server_error';
      return retry(state, { reason, problems: body.problems ?? [] }, [forget]);
    }
  }
}

/* ---- "is this you?" ---- */

const sendAnswer = ({ id, answer: letter }) => ({ type: 'answer', id, answer: letter });

function answer(state, { type }) {
  if (state.detail.answer) return stay(state);
  const detail = { ...state.detail, answer: type };
  return go(state, 'confirming', detail, [sendAnswer(detail)]);
}

function answerAgain(state) {
  return stay(state, [sendAnswer(state.detail)]);
}

function answerFailed(state, { id, wait }) {
  if (id !== state.detail.id) return stay(state);
  const pause = BACK_OFF[state.detail.attempt];
  if (pause === undefined) return retry(withWorld(state, { server: 'away' }), { reason: 'not_recorded', problems: [] }, [{ type: 'refresh' }]);
  return go(state, 'confirming', { ...state.detail, attempt: state.detail.attempt + 1 }, [
    after(Math.max(pause, wait ?? 0), 'ANSWER'),
  ]);
}

function recorded(state, { id, body }) {
  if (id !== state.detail.id) return stay(state);
  if (body.status === 'accepted') {
    const student = body.student ?? state.detail.student;
    return done(state, { kind: outcome(body.attendance), student, attendance: body.attendance });
  }
  if (body.status === 'discarded') return fallback(state, { kind: 'not_me' });
  const reason = RETRY_REASONS.has(body.reason) ? body.reason : 'server_error';
  return retry(state, { reason, problems: [] }, [{ type: 'refresh' }]);
}

/* ---- how a visit ends ---- */

/** What was just recorded: coming, or leaving. */
function outcome(attendance) {
  if (!attendance.left_at) return attendance.status;
  return attendance.status === 'left_early' ? 'left_early' : 'left';
}

/** Who came too late to count hears so again, instead of "you are here already". */
function already(attendance) {
  if (attendance?.status === 'absent') return 'absent';
  return attendance?.check_out_from && !attendance.left_at ? 'staying' : 'already';
}

function done(state, detail, effects = []) {
  return go(withWorld(state, { misses: 0 }), 'done', detail, [
    ...effects,
    say(`say.done.${detail.kind}`, { name: detail.student?.name }),
    after(SECONDS.done * 1000, 'TIMEOUT'),
  ]);
}

function retry(state, detail, effects = []) {
  const misses = state.world.misses + 1;
  const next = withWorld(state, { misses });
  if (misses >= MISSES && !TECHNICAL.has(detail.reason)) return fallback(next, { kind: 'many_tries', ...detail }, effects);
  return go(next, 'retry', detail, [...effects, say(`say.retry.${detail.reason}`), after(SECONDS.retry * 1000, 'TIMEOUT')]);
}

/** What the screens have words for; anything else that the server says is shown as `server_error`. */
export const RETRY_REASONS = new Set([
  'no_face',
  'several_faces',
  'low_quality',
  'not_live',
  'session_closed',
  'no_frames',
  'not_recorded',
  'not_kept',
  'answer_expired',
  'already_answered',
  'server_error',
  'code_unknown',
  'code_expired',
  'code_used',
]);

/** Not the visitor's doing: trying again may help however often it failed. */
const TECHNICAL = new Set(['session_closed', 'not_recorded', 'not_kept', 'server_error', 'no_frames', 'answer_expired', 'already_answered']);

function fallback(state, detail, effects = []) {
  return go(state, 'fallback', detail, [
    ...effects,
    say(`say.fallback.${detail.kind}`),
    after(SECONDS.fallback * 1000, 'TIMEOUT'),
  ]);
}

function leave(state) {
  return toRest(withWorld(state, { misses: 0 }), [{ type: 'forget' }]);
}
