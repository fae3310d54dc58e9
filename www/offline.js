// The service worker: after the first visit the page works without a network. With one, the network is asked first, so
// that nobody is left with yesterday's page. What the first picture needs is kept at once (the build puts its list below); the
// rest, which offline.json lists, as soon as somebody touches the page, so that looking costs no more than what is seen; the
// engine of the labs, and the texts, when they were used.

const CACHE = "splitbrain";
const first = FIRST;

self.addEventListener("install", (event) => {
  event.waitUntil(keep(first));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("message", (event) => {
  if (event.data === "keep the rest") event.waitUntil(keepTheRest());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET" || new URL(request.url).origin !== self.location.origin) return;
  event.respondWith(fresh(request));
});

/** Fetches the files that are not here yet: their names change with their contents, but for the page itself. */
async function keep(files) {
  const cache = await caches.open(CACHE);
  const missing = await Promise.all(files.map(async (file) => file === "./" || !(await cache.match(file))));
  await cache.addAll(files.filter((_, i) => missing[i]));
}

async function keepTheRest() {
  const { later, used } = await (await fetch("offline.json")).json();
  await keep(later);
  await forgetOthers([...first, ...later, ...used]);
}

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
async function forgetOthers(files) {
  const cache = await caches.open(CACHE);
  const wanted = new Set(files.map((file) => new URL(file, self.location.href).href));
  for (const request of await cache.keys()) {
    if (!wanted.has(request.url) && !request.url.includes("/texts/")) await cache.delete(request);
  }
}
