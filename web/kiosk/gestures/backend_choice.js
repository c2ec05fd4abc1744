/**
 * Which backend computes the gestures: the fastest of a short trial, remembered for the session. Knows nothing of
 * tfjs; `open(backend)` gives something with `backend`, `ms` and `close()`, or rejects.
 */
export const BACKENDS = ['wasm', 'webgl', 'webgpu'];
/**
 * ms for a backend to show how fast it is, preparation included. The first one has time, as a machine that has just been
 * started is busy; a rival of one that works already is of no use when it is slow.
 */
const TRIAL_WITHIN = { first: 15_000, rival: 2_500 };
const WORTH_A_CHANGE = 0.8; // a rival has to need less than this part of the time

/**
 * Opens a backend and hands it to `use`, at once; then tries the others, and hands over any that is clearly faster.
 * What is not in use any more is closed. One at a time, so that they do not slow each other down.
 *
 * @param {{open: (backend: string, within: number) => Promise<object>, use: (reader: object) => void, remembered?: string|null}} how
 *   remembered: the winner of an earlier trial, which then is the only one opened
 * @returns {Promise<object>} the one in use at the end
 * @throws {AggregateError} when none works here
 */
export async function chooseBackend({ open, use, remembered = null, backends = BACKENDS }) {
  const errors = [];
  let best = null;
  const tried = async (backend) => {
    try {
      return await open(backend, TRIAL_WITHIN[best ? 'rival' : 'first']);
    } catch (error) {
      errors.push(new Error(`${backend}: ${error.message}`, { cause: error }));
      return null;
    }
  };

  best = backends.includes(remembered) ? await tried(remembered) : null;
  if (best) {
    use(best);
    return best;
  }
  for (const backend of backends.filter((one) => one !== remembered)) {
    const rival = await tried(backend);
    if (!rival) continue;
    if (best && rival.ms > best.ms * WORTH_A_CHANGE) {
      rival.close();
      continue;
    }
    use(rival);
    best?.close();
    best = rival;
  }
  if (!best) throw new AggregateError(errors, `no backend works here: ${errors.map((error) => error.message).join('; ')}`);
  return best;
}
