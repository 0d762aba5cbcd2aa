import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { folders } from '../../config/folders.ts'
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

/** Its style's address changes with each version, so browsers then fetch both again. */
const serviceWorker = (style: string): string =>
  readFileSync(join(folders.public, 'service-worker.js'), 'utf8').replace(
    "'/offline.css'",
    JSON.stringify(style),
  )
