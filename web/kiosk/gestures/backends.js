/** tfjs' ways to compute, each loaded only when it is tried. Runs in the worker. */
import { backend, env, ready, setBackend } from '@tensorflow/tfjs-core';

const START = {
  async wasm() {
    const [{ setWasmPaths }, plain, simd] = await Promise.all([
      import('@tensorflow/tfjs-backend-wasm'),
      import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url'),
      import('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url'),
    ]);
    // Threads would start workers from blob: addresses, which the page's policy rightly forbids.
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    const here = (url) => new URL(url, import.meta.url).href;
    setWasmPaths({
      'tfjs-backend-wasm.wasm': here(plain.default),
      'tfjs-backend-wasm-simd.wasm': here(simd.default),
      'tfjs-backend-wasm-threaded-simd.wasm': here(simd.default), // never asked for, but has to be named
    });
  },
  webgl: () => import('@tensorflow/tfjs-backend-webgl'),
  async webgpu() {
    if (!(await navigator.gpu?.requestAdapter())) throw new Error('there is no WebGPU here');
    await import('@tensorflow/tfjs-backend-webgpu');
  },
};

/** Makes `name` the backend in use. Rejects when this browser or machine does not have it. */
export async function useBackend(name) {
  await START[name]();
  if (!(await setBackend(name))) throw new Error(`${name} does not start here`);
  await ready();
}

/** Whether the graphics context behind the backend is gone: results would then be zeros, without any error. */
export function contextIsLost() {
  return backend().gpgpu?.gl?.isContextLost?.() ?? false;
}
