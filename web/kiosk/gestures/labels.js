/** What a gesture model's labels mean to the kiosk. Pure. */
export const GESTURES = ['CAPTURE', 'O', 'X'];

/**
 * @param {string[]} labels of the model, in the order of its outputs
 * @param {Record<string, string|null>} [meanings] label → gesture, for models whose labels are other words
 * @returns {(string|null)[]} the gesture of each output; null means at rest, and so does every unknown label
 */
export function gesturesOf(labels, meanings = {}) {
  return labels.map((label) => {
    const meaning = String(meanings[label] ?? label).trim().toUpperCase();
    return GESTURES.includes(meaning) ? meaning : null;
  });
}

/**
 * The likeliest gesture: { gesture, probability }. Labels that mean the same count together, so that a model that
 * knows two ways of being at rest is not less sure of rest.
 */
export function likeliest(probabilities, gestures) {
  const sums = new Map();
  gestures.forEach((gesture, index) => sums.set(gesture, (sums.get(gesture) ?? 0) + probabilities[index]));
  let best = { gesture: null, probability: 0 };
  for (const [gesture, probability] of sums) if (probability > best.probability) best = { gesture, probability };
  return best;
}
