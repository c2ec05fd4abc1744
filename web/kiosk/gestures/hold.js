/**
 * When a gesture counts: held for several frames and long enough, once, until it is let go. Pure.
 *
 * One frame proves little; the same gesture in a row, surely, is meant. After it has counted, it must be released
 * before it can count again, so that arms still raised do not begin a second visit.
 */
export const HOLD = {
  probability: 0.9, // a frame below this does not count
  frames: 4, // in a row …
  ms: 350, // … and from the first to the last of them
  release: 2, // frames in a row that show something else, or nobody
  gap: 1_500, // ms; frames further apart are not "in a row"
};

/** Nothing is held, nothing was. `spent` has counted and is not released yet. */
export const AT_REST = Object.freeze({ gesture: null, frames: 0, since: 0, last: 0, lowest: 1, spent: null, released: 0 });

/**
 * @param {typeof AT_REST} state
 * @param {{gesture: string|null, probability: number, now: number}} frame the likeliest gesture (null: nobody is
 *   there, or at rest), how likely (0–1), when (ms)
 * @param {ReadonlySet<string>} wanted the gestures that mean something now
 * @returns {{state: typeof AT_REST, gesture: string|null, progress: number, fired: object|null}} what is being held,
 *   how far (0–1), and, when it counts just now, how surely: { confidence (the lowest of the frames), frames, ms }
 */
export function hold(state, frame, wanted, limits = HOLD) {
  const spent = stillSpent(state, frame, limits);
  const { gesture, probability, now } = frame;
  const counts = gesture !== null && gesture !== spent.spent && wanted.has(gesture) && probability >= limits.probability;
  if (!counts) return { state: { ...AT_REST, ...spent, last: now }, gesture: null, progress: 0, fired: null };

  const goesOn = gesture === state.gesture && now - state.last <= limits.gap;
  const frames = goesOn ? state.frames + 1 : 1;
  const since = goesOn ? state.since : now;
  const lowest = goesOn ? Math.min(state.lowest, probability) : probability;
  const progress = Math.min(1, frames / limits.frames, (now - since) / limits.ms);
  if (progress === 1) {
    const fired = { confidence: lowest, frames, ms: now - since };
    return { state: { ...AT_REST, last: now, spent: gesture }, gesture, progress, fired };
  }
  return { state: { gesture, frames, since, last: now, lowest, ...spent }, gesture, progress, fired: null };
}

function stillSpent({ spent, released }, { gesture }, { release }) {
  if (spent === null || gesture === spent) return { spent, released: 0 };
  return released + 1 >= release ? { spent: null, released: 0 } : { spent, released: released + 1 };
}
