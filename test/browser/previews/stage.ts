import { Hono } from 'hono'
import type { Page, Route } from 'playwright-core'
import { createPlatforms } from '../../../platforms/index.ts'
import { loadAssets } from '../../../web/http/assets.ts'
import { createRenderer } from '../../../web/http/render.ts'
import { previewOf } from '../../../web/posts/preview/preview.ts'
import { policyVersions } from '../../../web/privacy/policy.ts'
import { atTheEnd } from '../../support/at-the-end.ts'
import { startChromium } from '../../support/browser/start-chromium.ts'
import { testConfig } from '../../support/config.ts'
import type { Scene } from './scenes.ts'

const origin = 'https://previews.example'
const { platforms } = createPlatforms(testConfig())
const assets = loadAssets({ fresh: false })
const renderer = createRenderer({
  cache: true,
  assets: assets.address,
  policy: policyVersions,
  site: { host: 'previews.example', operator: null, contact: 'ada@example.com' },
  workflow: () => null,
})

/** The preview of a scene, with nothing of the composer around it. */
const htmlOf = ({ platform, kind, text = '', link, settings = {}, media = [] }: Scene) => {
  const found = platforms.get(platform)
  if (!found) throw new Error(`there is no platform ${platform}`)
  const preview = previewOf({
    id: 'one',
    platform: found,
    account: { name: 'Northside Records', handle: 'northsiderecords', avatar: '/avatar' },
    draft: { kind, text, link: link ?? null, settings },
    media,
    at: new Date('2026-12-06T17:00:00Z'),
    now: Date.parse('2026-12-03T13:02:00Z'),
    zone: 'Europe/Zurich',
    fileAddress: (id, what) => `/${what}/${id}`,
  })
  return renderer.text('posts/preview/_post', { preview })
}

type Options = {
  isDark?: boolean
  width?: number
  javaScriptEnabled?: boolean
  hasTouch?: boolean
  /** What is at `/file/<id>` of a film. */
  film?: Buffer
}

/** Pages with one preview each, in the Chromium and with the fonts of @sparticuz/chromium. */
export const startPreviewStage = async () => {
  const browser = await startChromium({ packaged: true })
  atTheEnd(() => browser.close())
  return {
    open: async (scene: Scene, options: Options = {}): Promise<Page> => {
      const { isDark, width = 375, film, ...others } = options
      const context = await browser.newContext({
        colorScheme: isDark ? 'dark' : 'light',
        viewport: { width, height: 900 },
        reducedMotion: 'reduce',
        ...others,
      })
      await context.route('**/*', (route) => answer(route, htmlOf(scene), film))
      const page = await context.newPage()
      page.setDefaultTimeout(20_000)
      await page.goto(origin)
      return page
    },
  }
}

const answer = async (route: Route, html: string, film?: Buffer): Promise<void> => {
  const { pathname } = new URL(route.request().url())
  if (pathname === '/') {
    const sheets = ['app.css', 'previews.css'].map(
      (name) => `<link rel="stylesheet" href="${assets.address(name)}">`,
    )
    const head = `<meta charset="utf-8"><title>Preview</title>${sheets.join('')}`
    const script = `<script src="${assets.address('app.js')}" defer></script>`
    return route.fulfill({
      contentType: 'text/html',
      headers: { 'Content-Security-Policy': "default-src 'self'" },
      body: `<!doctype html><html lang="en"><head>${head}${script}</head><body><main><h1 class="sr-only">Preview</h1>${html}</main></body></html>`,
    })
  }
  if (pathname.startsWith('/assets/')) {
    const file = await assetApp.request(pathname)
    const contentType = file.headers.get('Content-Type') ?? ''
    return route.fulfill({ contentType, body: Buffer.from(await file.arrayBuffer()) })
  }
  if (pathname.startsWith('/file/film'))
    return route.fulfill(film ? partOf(film, route.request().headers().range) : { status: 404 })
  return route.fulfill({ contentType: 'image/svg+xml', body: pictureAt(pathname) })
}

/** Browsers can only seek in a video that is served in ranges. */
const partOf = (film: Buffer, range = 'bytes=0-') => {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? []
  const [start, end] = [Number(from), to ? Number(to) : film.length - 1]
  return {
    status: 206,
    contentType: 'video/mp4',
    headers: {
      'Accept-Ranges': 'bytes',
      'Content-Range': `bytes ${start}-${end}/${film.length}`,
    },
    body: film.subarray(start, end + 1),
  }
}

const assetApp = new Hono().get('/assets/*', (c) => assets.serve(c) ?? c.notFound())

const hues: Record<string, number> = { avatar: 20, film: 260 }

/** A picture with its name in the middle, rings around it, and a frame at its edges. */
const pictureAt = (pathname: string): string => {
  const [name = '', width = '200', height = '200'] = pathname.split('/').at(-1)?.split('-') ?? []
  const [w, h] = [Number(width), Number(height)]
  const hue = hues[name] ?? Number(name) * 50
  const rings = [0.45, 0.3, 0.15].map(
    (share, index) =>
      `<circle cx="${w / 2}" cy="${h / 2}" r="${share * Math.min(w, h)}" fill="hsl(${hue} 60% ${40 + index * 15}%)"/>`,
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}">
<rect width="${w}" height="${h}" fill="hsl(${hue} 45% 85%)"/>
<rect x="10" y="10" width="${w - 20}" height="${h - 20}" fill="none" stroke="hsl(${hue} 60% 30%)" stroke-width="20"/>
${rings.join('')}
<path d="M${w / 2} ${h / 2}V0" stroke="#fff" stroke-width="12"/>
</svg>`
}
