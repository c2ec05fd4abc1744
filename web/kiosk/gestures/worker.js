/**
 * Computes gestures beside the page, so that the page stays smooth. One backend a worker: to change it, the page
 * ends this one and starts another.
 *
 *   { type: 'open', backend, poseNet, head, runs, within } → { type: 'loaded' }, then { type: 'opened', ms, labels, meanings }
 *   { type: 'look', rgba }                         → { type: 'seen', probabilities, points, tensors }
 *   on any fault                                   → { type: 'failed', message }
 */
import { contextIsLost, useBackend } from './backends.js';
import { Recogniser } from './recogniser.js';

let recogniser = null;

const TASKS = {
  async open({ backend, poseNet, head, runs, within }) {
    await useBackend(backend);
    recogniser = await Recogniser.load({ poseNet, head });
    postMessage({ type: 'loaded' });
    await recogniser.poseNet.warmUp(); // shaders and memory
    const times = [];
    const until = performance.now() + within;
    while (times.length === 0 || (times.length < runs && performance.now() < until)) {
      const begun = performance.now();
      await recogniser.poseNet.warmUp();
      times.push(performance.now() - begun);
    }
    postMessage({ type: 'opened', ms: Math.min(...times), ...named(recogniser) });
  },

  async look({ rgba }) {
    const seen = await recogniser.look(rgba);
    if (contextIsLost()) throw new Error('the graphics context is lost');
    postMessage({ type: 'seen', ...seen });
  },
};

const named = ({ labels, meanings }) => ({ labels, meanings });

addEventListener('message', ({ data }) => {
  TASKS[data.type](data).catch((error) => postMessage({ type: 'failed', message: String(error?.message ?? error) }));
});
