import type { Hono } from 'hono'
import { type Env, forAnyone } from '../http/env.ts'
import type { Renderer } from '../http/render.ts'

/**
 * What a browser needs to install CrateSocial as an app: the manifest, a service worker and the
 * offline page. They are the same for everyone.
 */
export const installRoutes = (view: Renderer, asset: (name: string) => string): Hono<Env> =>
  forAnyone
    .createApp()
    .get('/manifest.webmanifest', (c) => {
      c.header('Content-Type', 'application/manifest+json')
      c.header('Cache-Control', 'no-cache')
      return c.body(JSON.stringify(manifest(asset)))
    })
    .get('/service-worker.js', (c) => {
      c.header('Content-Type', 'text/javascript; charset=utf-8')
      c.header('Cache-Control', 'no-cache')
      return c.body(serviceWorker(asset('offline.css')))
    })
    .get('/offline', (c) => {
      c.header('Cache-Control', 'no-cache')
      return c.html(view.rendered('offline/show', {}).html)
    })

const manifest = (asset: (name: string) => string) => ({
  id: '/',
  name: 'CrateSocial',
  short_name: 'CrateSocial',
  description: 'Schedule, publish and measure your posts.',
  start_url: '/',
  scope: '/',
  display: 'standalone',
  // The page in light mode: --page in web/public/styles/tokens.css.
  background_color: '#f9f7f4',
  theme_color: '#f9f7f4',
  icons: [
    { src: asset('app-192.png'), sizes: '192x192', type: 'image/png', purpose: 'any' },
    { src: asset('app-512.png'), sizes: '512x512', type: 'image/png', purpose: 'any' },
    { src: asset('app-maskable.png'), sizes: '512x512', type: 'image/png', purpose: 'maskable' },
  ],
})

/**
 * Shows the offline page when a page can't be loaded. It keeps nothing but that page and its style,
 * and answers no other request: pages of signed-in people are never stored. The request for a page
 * starts before the worker does (navigation preload), so pages load as fast as without it.
 */
const serviceWorker = (style: string): string => `'use strict'
const kept = ['/offline', ${JSON.stringify(style)}]
const name = 'offline ' + kept[1]
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
  else if (new URL(url).pathname === kept[1])
    event.respondWith(caches.match(url).then((style) => style ?? fetch(event.request)))
})
`
