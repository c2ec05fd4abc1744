/**
 * The kiosk's service worker: lets its page open while the server is away. It keeps the page itself and files whose
 * address holds a digest of their content, for one version of the program at a time. Answers of the API, the
 * dashboard and everything else pass it by: it does not even look at them.
 *
 * One file without imports; the version comes with its address: `kiosk-worker.js?v=…`.
 */
const here = new URL(self.location.href);
const base = new URL('.', here); // with the path prefix
const version = here.searchParams.get('v') ?? 'unknown';
const family = `face-check-in ${base.pathname} `; // caches belong to the origin: others may live there, too
const cacheName = family + version;
const page = new URL('kiosk', base).href;
const PAGE_WITHIN = 4_000; // ms, then the kept page is shown

const KEPT_FOR_GOOD = [/^assets\/[^?]+$/, /^gestures\/[^/]+\/(model\.json|metadata\.json|meanings\.json|weights\.bin)$/];

self.addEventListener('install', (event) => {
  event.waitUntil(install().then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== 'GET' || address.origin !== base.origin) return;
  if (request.mode === 'navigate') {
    if (address.pathname === new URL(page).pathname) event.respondWith(openPage(request));
    return;
  }
  if (isForGood(address)) event.respondWith(fromCache(request));
});

function isForGood({ pathname, search }) {
  if (!pathname.startsWith(base.pathname) || search) return false;
  const below = pathname.slice(base.pathname.length);
  return KEPT_FOR_GOOD.some((pattern) => pattern.test(below));
}

async function install() {
  const listing = await fetch(new URL('kiosk-files.json', base), { cache: 'no-store' });
  if (!listing.ok) throw new Error(`no list of files: ${listing.status}`);
  const { files } = await listing.json();
  const cache = await caches.open(cacheName);
  await cache.addAll(files.map((file) => new URL(file, base).href));
  await keepPage(cache, await fetch(page, { cache: 'no-store' }));
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(family) && name !== cacheName).map((name) => caches.delete(name)));
}

/** The server's page where it answers; the kept one where it does not, or only its proxy does. */
async function openPage(request) {
  const cache = await caches.open(cacheName);
  try {
    const response = await fetch(request, { signal: AbortSignal.timeout(PAGE_WITHIN) });
    if (response.status < 500) {
      await keepPage(cache, response.clone());
      return response;
    }
  } catch {
    // away: the kept page explains
  }
  return (await cache.match(page)) ?? Response.error();
}

async function keepPage(cache, response) {
  if (response.ok && !response.redirected) await cache.put(page, response);
}

async function fromCache(request) {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(request.url, { ignoreVary: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) await cache.put(request.url, response.clone());
  return response;
}
