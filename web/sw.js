/**
 * The service worker: keeps the page's own files, so that it opens without a network. Each build has
 * a cache of its own, filled whole or not at all; a new one takes over when the person says so.
 */

importScripts('precache.js') // written by build.mjs: self.precache = { version, files }

const { version, files } = self.precache
const PREFIX = 'certmint-'
const NAME = PREFIX + version

self.addEventListener('install', (event) => {
  event.waitUntil(
    // asked of the server, not of the browser's own cache: a mix of two builds must not get in
    caches
      .open(NAME)
      .then((cache) => cache.addAll(files.map((file) => new Request(file, { cache: 'no-cache' })))),
  )
})

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith(PREFIX) && name !== NAME))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  )
})

self.addEventListener('message', ({ data }) => {
  if (data === 'take over') self.skipWaiting()
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  if (request.method !== 'GET' || !request.url.startsWith(self.registration.scope)) return
  const wanted = request.mode === 'navigate' ? self.registration.scope : request
  event.respondWith(
    caches
      .open(NAME)
      .then((cache) => cache.match(wanted, { ignoreSearch: true }))
      .then((found) => found ?? fetch(request)),
  )
})
