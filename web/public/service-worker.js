/**
 * The service worker. It shows the offline page when a page can't be loaded. It keeps nothing but
 * that page and its style, and answers no other request: pages of signed-in people are never stored.
 * The request for a page starts before the worker does (navigation preload), so pages load as fast
 * as without it. web/pages/install-routes.ts puts in the style's address.
 */
const style = '/offline.css'
const kept = ['/offline', style]
const name = `offline ${style}`
self.addEventListener('install', (event) => {
  const requests = kept.map((path) => new Request(path, { cache: 'reload', credentials: 'omit' }))
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(requests)))
  self.skipWaiting()
})
self.addEventListener('activate', (event) => {
  const forgetOthers = async () => {
    for (const other of await caches.keys()) if (other !== name) await caches.delete(other)
    await self.registration.navigationPreload?.enable()
  }
  event.waitUntil(forgetOthers())
})
const pageOrOffline = async (event) => {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request))
  } catch (error) {
    const page = await caches.match('/offline')
    if (!page) throw error
    return page
  }
}
self.addEventListener('fetch', (event) => {
  const { method, mode, url } = event.request
  if (mode === 'navigate' && method === 'GET') event.respondWith(pageOrOffline(event))
  else if (new URL(url).pathname === style)
    event.respondWith(caches.match(url).then((style) => style ?? fetch(event.request)))
})
