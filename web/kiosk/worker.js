// Keeps the page itself for a day without network. VERSION and FILES stand above, written by the server: they
// change with any file, so a browser takes the new version as a whole or not at all.
const CACHE = `kiosk-${VERSION}`;

self.addEventListener("install", (event) => {
  // Where the browser can do it, calls of the API never wait for this worker to wake up.
  event.addRoutes?.({ condition: { urlPattern: "/api/*" }, source: "network" })?.catch?.(() => {});
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== "GET" || origin !== self.location.origin || !pathname.startsWith("/kiosk/")) return;
  const page = event.request.mode === "navigate";
  event.respondWith(kept(page ? "/kiosk/" : pathname).then((answer) => answer ?? fetch(event.request)));
});

async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((path) => new Request(path, { cache: "reload" })));
}

async function kept(path) {
  const cache = await caches.open(CACHE);
  return cache.match(path);
}

async function dropOthers() {
  const names = await caches.keys();
  return Promise.all(names.filter((name) => name.startsWith("kiosk-") && name !== CACHE).map((name) => caches.delete(name)));
}
