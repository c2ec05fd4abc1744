/**
 * Starts the service worker of this version, where the browser allows one. It is in charge of all that lies beside it:
 * what the page's own workers fetch would pass by one that is in charge of the page alone.
 */
export async function register(worker, container = navigator.serviceWorker) {
  if (!container || !worker) return null; // an insecure address, or a private window
  try {
    return await container.register(worker, { updateViaCache: 'none' });
  } catch (error) {
    console.warn('no service worker: the kiosk needs the server to open.', error);
    return null;
  }
}
