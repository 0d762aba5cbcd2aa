import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { makeImage, makeVideo } from '../../local/media/media-files.ts'
import { password } from '../support/app.ts'
import { launchBrowser } from '../support/browser/browser.ts'
import { type ConnectingApp, createConnectingApp } from '../support/connecting-app.ts'

let test: ConnectingApp
let page: Page

beforeAll(async () => {
  test = await createConnectingApp()
  const browser = await launchBrowser()
  page = await browser.newPage()
  await page.goto(`${test.url}/sign-in?next=/account`)
  await page.fill('[name=email]', test.cast.manager.email)
  await page.fill('[name=password]', password)
  await page.click('form[action="/sign-in"] button:has-text("Sign in")')
  await page.goto(`${test.url}/w/northside/media`)
})

it('files upload one after another; refused ones show why next to their name, and the rest arrive', async () => {
  const video = await makeVideo({ width: 640, height: 360, durationMs: 2000 })
  const files = [
    { name: 'reel.mp4', mimeType: 'video/mp4', buffer: video },
    { name: 'cut.mp4', mimeType: 'video/mp4', buffer: video.subarray(0, -10) },
    { name: 'crate.jpg', mimeType: 'image/jpeg', buffer: await makeImage({ width: 300, height: 200 }) },
  ]
  await page.setInputFiles('#files', files)
  await page.waitForSelector('.tile:has-text("crate.jpg")')
  expect(await page.locator('#media .tile').count()).toBe(2)
  const refused = page.locator('.upload.refused')
  expect(await refused.innerText()).toMatch(/cut\.mp4[\s\S]*The end of this video is missing/)
  await refused.getByText('Dismiss').click()
  expect(await page.locator('.upload').count()).toBe(0)
})

it('the browser sends a frame of the video for the list, because the server decodes none', async () => {
  const sent = page.waitForResponse((answer) => answer.url().endsWith('/frame'))
  const buffer = await makeVideo({ width: 320, height: 240, durationMs: 2000 })
  await page.setInputFiles('#files', [{ name: 'frame.mp4', mimeType: 'video/mp4', buffer }])
  await page.waitForSelector('.tile:has-text("frame.mp4")')
  expect((await sent).status()).toBe(204)
  await page.waitForSelector('.tile:has-text("frame.mp4") img[src$="?frame"]')
})

it('an upload in progress can be canceled and leaves nothing behind', async () => {
  await page.route('**/uploads/*', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await route.continue().catch(() => undefined) // the upload was canceled meanwhile
  })
  const buffer = await makeImage({ width: 300, height: 200 })
  await page.setInputFiles('#files', [{ name: 'slow.jpg', mimeType: 'image/jpeg', buffer }])
  await page.locator('.upload').getByText('Cancel').click()
  await page.waitForSelector('.upload', { state: 'detached' })
  await page.waitForTimeout(1_800)
  expect(await page.locator('.tile:has-text("slow.jpg")').count()).toBe(0)
  expect(await test.sql`select from media where file_name = 'slow.jpg'`).toHaveLength(0)
})
