/** What a gesture model's labels mean to the kiosk. Pure. */
export const GESTURES = ['CAPTURE', 'O', 'X'];

/**
 * @param {string[]} labels of the model, in the order of its outputs
 * @param {Record<string, string>} [meanings] label → gesture, for models whose labels are other words
 * @returns {(string|null)[]} the gesture of each output; null means at rest, and so does every unknown label
 */
export function gesturesOf(labels, meanings = {}) {
  return labels.map((label) => {
    const meaning = String(meanings[label] ?? label).trim().toUpperCase();
    return GESTURES.includes(meaning) ? meaning : null;
  });
}

/** The likeliest output: { gesture, probability }. */
export function likeliest(probabilities, gestures) {
  let best = 0;
  for (let index = 1; index < probabilities.length; index += 1) {
    if (probabilities[index] > probabilities[best]) best = index;
  }
  return { gesture: gestures[best] ?? null, probability: probabilities[best] };
}
