import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { beforeAll, describe, expect, test } from 'vitest'
import type { TestApp } from '../../support/app.ts'
import { signInAs, startStage } from '../../support/browser/stage.ts'

let app: TestApp
let url: string
let browser: Browser
let page: Page

beforeAll(async () => {
  ;({ app, url, browser } = await startStage())
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } })
  context.setDefaultTimeout(20_000)
  await signInAs(context, app.cast.admin)
  page = await context.newPage()
}, 60_000)

/** Waits until the service worker answers for the page. */
const workerIsActive = () =>
  page.evaluate('navigator.serviceWorker.ready.then((found) => found.active.scriptURL)')

describe('CrateSocial as an installed app', () => {
  test('has a manifest that Chromium accepts, with an icon for every shape', async () => {
    await page.goto(`${url}/w/northside/media`)
    const protocol = await page.context().newCDPSession(page)
    const { errors, data, url: address } = await protocol.send('Page.getAppManifest')
    expect([address, errors]).toEqual([`${url}/manifest.webmanifest`, []])
    const { icons, ...facts } = JSON.parse(data ?? '') as {
      icons: { src: string; sizes: string; purpose: string }[]
    }
    expect(facts).toMatchObject({ name: 'CrateSocial', start_url: '/', display: 'standalone' })
    expect(icons.map(({ purpose }) => purpose)).toEqual(['any', 'any', 'maskable'])
    for (const icon of icons) {
      const { width, height, hasAlpha } = await sharp(
        await (await page.request.get(url + icon.src)).body(),
      ).metadata()
      expect(`${width}x${height}`).toBe(icon.sizes)
      if (icon.purpose === 'maskable') expect(hasAlpha).toBe(false)
    }
  })

  test('shows a page of its own without a network, in its own style, and goes on from there', async () => {
    expect(await workerIsActive()).toBe(`${url}/service-worker.js`)
    await page.goto(`${url}/w/northside/today`)
    await page.context().setOffline(true)
    await page.goto(`${url}/w/northside/calendar`)
    expect(await page.getByRole('heading').textContent()).toBe('You’re offline')
    expect(page.url()).toBe(`${url}/w/northside/calendar`)
    const link = page.getByRole('link', { name: 'Try again' })
    expect(
      await page.evaluate('getComputedStyle(document.querySelector("main a")).fontWeight'),
    ).toBe('600')
    await page.context().setOffline(false)
    await link.click()
    await page.getByRole('main').waitFor()
    expect(await page.title()).toEqual(expect.stringMatching(/\d{4} · CrateSocial/))
  })

  test('keeps nothing but that page and its style, whatever was opened', async () => {
    for (const path of ['today', 'notices', 'people']) await page.goto(`${url}/w/northside/${path}`)
    const kept = await page.evaluate(
      `caches.keys().then((names) => Promise.all(names.map(async (name) => {
        const cache = await caches.open(name)
        const requests = await cache.keys()
        return Promise.all(requests.map(async ({ url }) => [new URL(url).pathname, await (await cache.match(url)).text()]))
      }))).then((all) => all.flat())`,
    )
    const found = kept as [string, string][]
    expect(found.map(([path]) => path.replace(/assets\/\w+/, 'assets'))).toEqual([
      '/offline',
      '/assets/offline.css',
    ])
    expect(found.map(([, text]) => text).join()).not.toMatch(/northside|Ada/i)
  })

  test('starts no service worker for people who are not signed in', async () => {
    const context = await browser.newContext()
    const stranger = await context.newPage()
    for (const path of ['/sign-in', '/privacy', '/']) await stranger.goto(url + path)
    expect(
      await stranger.evaluate(
        'navigator.serviceWorker.getRegistrations().then((all) => all.length)',
      ),
    ).toBe(0)
    await context.close()
  })
})
