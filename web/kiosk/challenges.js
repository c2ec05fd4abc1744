/**
 * The state machine's part that shows that a person is there: after the burst the server draws what the visitor has
 * to do, the kiosk shows it and watches. Pure, like the rest of it; `machine.js` hands over its moves.
 *
 *   counting_down → challenging → matching
 *
 * Where nothing can be asked (no network), the visit goes on without: what that means is the server's to say.
 */
export const CHALLENGE = {
  ask: 4_000, // ms for the server to say what to do
  seconds: 3.6, // to do it in
  frames: 9,
};

/** The kinds that the screens have words and drawings for. */
export const KINDS = new Set(['turn_left', 'turn_right']);

/** @param {object} moves of the machine: go, stay, after, say, match (the visit goes to the server) */
export function challengeHandlers({ go, stay, after, say, match }) {
  /** After the burst. `detail` is the visit's. */
  function begin(state, detail) {
    return go(state, 'challenging', { ...detail, kind: null, challenge: null }, [
      { type: 'ask_challenge', session: detail.session, nonce: detail.nonce },
      after(CHALLENGE.ask, 'UNASKED'),
    ]);
  }

  function asked(state, { nonce, challenge }) {
    const { detail } = state;
    if (nonce !== detail.nonce || detail.kind) return stay(state);
    if (!challenge || !KINDS.has(challenge.kind)) return match(state, detail);
    const { kind, id } = challenge;
    const shown = { ...detail, kind, challenge: id };
    return go(state, 'challenging', shown, [say(`say.challenging.${kind}`), { type: 'watch', nonce }]);
  }

  return {
    begin,
    handlers: {
      CHALLENGE: asked,
      UNASKED: (state) => match(state, state.detail),
      WATCHED: (state, { nonce }) => (nonce === state.detail.nonce ? match(state, state.detail) : stay(state)),
    },
  };
}
