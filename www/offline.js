// The service worker: after the first visit the page works without a network. With one, the network is asked first, so
// that nobody is left with yesterday's page. The build puts the list of the site's files below.

const CACHE = "splitbrain";
const files = FILES;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(files)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(fresh(request));
});

async function fresh(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put(request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true, ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

/** Files of earlier builds carry other names: they are dropped once this build's are all here. */
async function forgetOthers() {
  const cache = await caches.open(CACHE);
  const wanted = new Set(files.map((file) => new URL(file, self.location.href).href));
  for (const request of await cache.keys()) {
    if (!wanted.has(request.url) && !request.url.includes("/texts/")) await cache.delete(request);
  }
}
