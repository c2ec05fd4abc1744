/**
 * The state machine's part for whoever checks in without a face: a QR code held before the camera, or student number
 * and PIN. Pure, like the rest of it; `machine.js` hands over the moves that states are changed with.
 *
 *   any resting or ending state → keypad → claiming → done | retry | fallback | keypad again
 *   any resting or ending state – a code is seen → claiming
 */
import { keepEffect } from './offline/keeping.js';
import { rest } from './rest.js';

export const KEYPAD_SECONDS = 90;

/** Answers that send back to the keypad, which says so. */
export const KEYPAD_ERRORS = new Set(['pin_wrong', 'too_many_tries', 'invalid_pin']);

/** Codes are read and the keypad is offered only where nobody else is being served. */
export const OPEN_TO_CLAIMS = new Set(['waiting', 'done', 'retry', 'fallback', 'keypad', 'trouble']);

/** Whether a code or a PIN could be taken now: a session is known, and at most the camera is missing. */
export function canClaim(state) {
  if (!OPEN_TO_CLAIMS.has(state.name)) return false;
  const place = rest(state.world);
  return place.name === 'waiting' || Boolean(place.detail.kind?.startsWith('camera_'));
}

/** @param {object} moves of the machine: go, stay, after, say, repeat, leave, ended */
export function claimHandlers({ go, stay, after, say, repeat, leave, ended }) {
  const claim = ({ nonce, capturedAt, session, code, number, pin }) => ({ type: 'claim', nonce, capturedAt, session, code, number, pin });

  function openKeypad(state, error = null) {
    if (!canClaim(state) && state.name !== 'claiming') return stay(state);
    const spoken = error ? [say(`say.keypad.${error}`)] : [say('say.keypad')];
    return go(state, 'keypad', { error }, [{ type: 'forget' }, ...spoken, after(KEYPAD_SECONDS * 1000, 'TIMEOUT')]);
  }

  /** Somebody is typing: the time starts anew. Nothing on the screen changes. */
  function typing(state) {
    return go(state, 'keypad', state.detail, [after(KEYPAD_SECONDS * 1000, 'TIMEOUT')]);
  }

  function begin(state, { nonce, capturedAt, code, number, pin }) {
    if (!canClaim(state)) return stay(state);
    const session = rest(state.world).chosen;
    const way = code === undefined ? 'pin' : 'code';
    const detail = { kind: way, nonce, capturedAt, session, code, number, pin, attempt: 0 };
    const next = { ...state, world: { ...state.world, chosen: session } };
    const away = state.world.server === 'away';
    return go(next, 'claiming', detail, [{ type: 'forget' }, away ? keepEffect(detail) : claim(detail)]);
  }

  function claimed(state, { nonce, body }) {
    if (nonce !== state.detail.nonce) return stay(state);
    if (KEYPAD_ERRORS.has(body.reason)) return openKeypad(state, body.reason);
    return ended(state, body);
  }

  return {
    everywhere: { KEYPAD: (state) => openKeypad(state), CODE: begin },
    states: {
      keypad: { PIN: begin, TYPING: typing, TIMEOUT: leave },
      claiming: {
        CLAIMED: claimed,
        CLAIM_FAILED: (state, event) => repeat(state, event, 'CLAIM'),
        CLAIM: (state) => stay(state, [claim(state.detail)]),
      },
    },
  };
}
