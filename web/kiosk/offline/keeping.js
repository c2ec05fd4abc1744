/**
 * The state machine's part for the time without a server: visits are kept at the kiosk, as many and as long as the
 * server has allowed, and the visitor is told that nothing is confirmed yet. Pure.
 */
import { usableSessions } from '../rest.js';

/** Whether a visit could be kept now: paired, allowed by the server when it last answered, and room is left. */
export function canKeep(world) {
  const { paired, revoked, keeping, kept } = world;
  const allowed = keeping && keeping.hours > 0 && kept < keeping.visits;
  return Boolean(paired && !revoked && allowed && usableSessions(world).length > 0);
}

/** What of a visit is kept; frames are added by whoever keeps it. */
export function keepEffect({ kind = 'face', nonce, capturedAt, session, by = null, code, number, pin }) {
  return { type: 'keep', visit: { kind, nonce, capturedAt, session, by, code, number, pin } };
}

/** @param {object} moves of the machine: stay, done, retry */
export function keepingHandlers({ stay, done, retry }) {
  const mine = (state, nonce) => nonce === state.detail.nonce;
  return {
    KEPT: (state, { nonce, count }) => {
      if (!mine(state, nonce)) return stay(state);
      return done({ ...state, world: { ...state.world, kept: count } }, { kind: 'kept', student: null }, [{ type: 'forget' }]);
    },
    KEEP_FAILED: (state, { nonce }) => {
      if (!mine(state, nonce)) return stay(state);
      return retry(state, { reason: 'not_kept', problems: [] }, [{ type: 'forget' }]);
    },
  };
}
