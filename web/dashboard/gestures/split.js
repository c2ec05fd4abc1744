/**
 * Which pictures are held out to see how well was learnt. Pictures of one recording are nearly the same: they must not
 * stand on both sides. So whole recordings are held out; of a gesture that was recorded once, the end of that one.
 * Pure.
 */
const SHARE = 0.2; // of a gesture's pictures, at least, once it has several recordings
const AT_MOST = 0.5;

/**
 * @param {{id: number, gesture: string, burst: number}[]} samples in the order of recording
 * @returns {{training: number[], heldOut: number[], whole: boolean}} ids; whole: only whole recordings were held out
 */
export function split(samples) {
  const heldOut = new Set();
  let whole = true;
  for (const gesture of new Set(samples.map((sample) => sample.gesture))) {
    const mine = samples.filter((sample) => sample.gesture === gesture);
    const bursts = [...new Set(mine.map((sample) => sample.burst))];
    if (bursts.length > 1) wholeBursts(mine, bursts).forEach((id) => heldOut.add(id));
    else {
      whole = false;
      mine.slice(mine.length - Math.floor(mine.length * SHARE)).forEach(({ id }) => heldOut.add(id));
    }
  }
  return {
    training: samples.filter(({ id }) => !heldOut.has(id)).map(({ id }) => id),
    heldOut: [...heldOut],
    whole,
  };
}

/** The last recordings that together are not too many, until they make a share of the pictures. */
function wholeBursts(samples, bursts) {
  const chosen = [];
  for (const burst of [...bursts].reverse()) {
    const more = samples.filter((sample) => sample.burst === burst).map(({ id }) => id);
    if (chosen.length + more.length > samples.length * AT_MOST) continue;
    chosen.push(...more);
    if (chosen.length >= samples.length * SHARE) return chosen;
  }
  return chosen;
}
