import type { Page } from 'playwright-core'
import { makeImage, makeVideo } from '../../local/media/media-files.ts'

const at = '/w/northside-records/media'
const mb = 2 ** 20

/** The library with its first photo in the panel. */
export const panel = async (page: Page, base: string): Promise<void> => {
  await page.goto(`${base}${at}?kind=photo`)
  await page.locator('.tile > a').nth(2).click()
  await page.locator('#panel .file-head').waitFor()
}

/** Three files are selected. */
export const selected = async (page: Page, base: string): Promise<void> => {
  await page.goto(base + at)
  const boxes = page.locator('.pick > input')
  await boxes.nth(0).check()
  await boxes.nth(2).click({ modifiers: ['Shift'] })
  await page.getByText('3 selected').waitFor()
}

/** One file on its way, one that waits, and one that was refused. */
export const uploading = async (page: Page, base: string): Promise<void> => {
  await page.goto(base + at)
  const session = await page.context().newCDPSession(page)
  const slow = { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: mb }
  await session.send('Network.emulateNetworkConditions', slow)
  const picture = await makeImage({ width: 640, height: 480, color: '#a33', padBytes: 20 * mb })
  await page.setInputFiles('#files', [
    { name: 'notes.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture at all') },
    { name: 'listening-bar.jpg', mimeType: 'image/jpeg', buffer: picture },
    { name: 'sunday-coffee.jpg', mimeType: 'image/jpeg', buffer: picture },
  ])
  await page.locator('.upload.refused').waitFor()
  // The pages' policy allows no text as script, so the page itself has to say how far it is.
  await page.locator('.upload:not(.refused) .upload-state', { hasText: /^[2-9]\d%/ }).waitFor()
  await session.detach()
}

/** A video that no platform takes as it is. */
export const converting = async (page: Page, base: string): Promise<void> => {
  await page.goto(base + at)
  const size = { width: 1080, height: 1920 }
  const buffer = await makeVideo({ ...size, durationMs: 60_000, fps: 120 })
  await page.setInputFiles('#files', [{ name: 'cellar.mp4', mimeType: 'video/mp4', buffer }])
  await page.locator('.tile[data-converting]').first().waitFor()
}

/** The editor of the first picture that the composer offers. */
export const editor = async (page: Page, base: string): Promise<void> => {
  await page.goto(`${base}${at}?kind=photo`)
  const id = await page.locator('.tile').first().getAttribute('data-media')
  await page.goto(`${base}/w/northside-records/posts/new?media=${id}`)
  const button = page.locator(`#edit-${id}`)
  if (await button.isVisible()) await button.click()
  else {
    await page.locator(`#open-${id}`).click()
    await page.locator(`#crop-${id}`).click()
  }
  await page.locator('[data-frame]').waitFor()
}
