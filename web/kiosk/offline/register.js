/** Starts the service worker of this version, where the browser allows one. */
export async function register({ worker, scope }, container = navigator.serviceWorker) {
  if (!container || !worker) return null; // an insecure address, or a private window
  try {
    return await container.register(worker, { scope, updateViaCache: 'none' });
  } catch (error) {
    console.warn('no service worker: the kiosk needs the server to open.', error);
    return null;
  }
}
