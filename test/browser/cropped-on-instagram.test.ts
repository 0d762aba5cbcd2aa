import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { password, upload } from '../../local/people/story.ts'
import { createDiskStore } from '../../media/store.ts'
import { launchBrowser, shoot } from '../support/browser/browser.ts'
import { install } from '../support/installed.ts'
import { openEditor, quadrants } from './editing-stage.ts'

it('Instagram fetches the part that a person framed in the editor', {
  timeout: 240_000,
}, async () => {
  const house = await install()
  const original = await quadrants(1600, 1200)
  const media = await upload(house.admin, house.slug, 'quadrants.jpg', original)
  const context = await (await launchBrowser()).newContext({
    viewport: { width: 1280, height: 900 },
  })
  context.setDefaultTimeout(30_000)
  const page = await context.newPage()
  await page.goto(`${house.url}/sign-in`)
  await page.fill('[name=email]', 'ada@example.com')
  await page.fill('[name=password]', password)
  await page.click('form[action="/sign-in"] button:has-text("Sign in")')
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))

  const query = `media=${media}&channel=${house.channel('@northsiderecords')}`
  await page.goto(`${house.url}/w/${house.slug}/posts/new?${query}`)
  await page.locator('#text').fill('Four to five')
  await openEditor(page, media)
  // 4:5, 960 × 1200 pixels, moved to the right edge: from 640 to 1600.
  await page.keyboard.press('1')
  for (let pressed = 0; pressed < 25; pressed += 1) await page.keyboard.press('ArrowRight')
  expect(await page.locator('[data-size]').innerText()).toBe('960 × 1200')
  await shoot(page, 'editor-four-to-five')
  await page.getByRole('button', { name: 'Apply crop' }).click()
  await page.locator('.pill.edited').waitFor()
  await page.locator('.shown-0 svg.pv-file').waitFor()
  await shoot(page, 'composer-with-cropped-picture')
  await page.locator('#more-ways summary').click()
  await page.locator('#more-ways button[value=now]').click()
  await page.getByRole('dialog').getByRole('button', { name: 'Publish now' }).click()
  await page.waitForURL(/\/posts\/[0-9a-f-]{36}(\?|$)/).catch(async (error) => {
    throw new Error(`it was not sent: ${await page.locator('main').innerText()}`, { cause: error })
  })

  const posts = async () =>
    (await house.ledger.posts()).filter(({ text }) => text === 'Four to five')
  await expect.poll(posts, { timeout: 120_000 }).toHaveLength(1)
  const [sent] = await posts()
  const sha256 = sent?.media[0]?.sha256 ?? ''
  expect([sent?.platform, sent?.media.length]).toEqual(['instagram', 1])
  const [file] = await house.sql<
    { storeKey: string }[]
  >`select store_key from renditions where sha256 = ${Buffer.from(sha256, 'hex')}`
  const fetched = await buffer(createDiskStore(house.config.media.url).open(file?.storeKey ?? ''))
  const { data, info } = await sharp(fetched).raw().toBuffer({ resolveWithObject: true })
  expect(info.width / info.height).toBeCloseTo(4 / 5, 3)
  const colorAt = (x: number, y: number): number[] => {
    const at =
      (Math.floor(y * info.height) * info.width + Math.floor(x * info.width)) * info.channels
    return [...data.subarray(at, at + 3)].map((value) => Math.round(value / 255))
  }
  // The middle of the original is at a sixth of the width: 160 of 960 pixels.
  expect({
    leftTop: colorAt(0.08, 0.25),
    rightTop: colorAt(0.25, 0.25),
    leftBottom: colorAt(0.08, 0.75),
    rightBottom: colorAt(0.25, 0.75),
  }).toEqual({
    leftTop: [1, 0, 0],
    rightTop: [0, 1, 0],
    leftBottom: [0, 0, 1],
    rightBottom: [1, 1, 0],
  })
  await context.close()
})
