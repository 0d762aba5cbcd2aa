import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import sharp from 'sharp'
import { beforeAll, expect, it } from 'vitest'
import { password, upload } from '../../local/people/story.ts'
import { createFfmpeg } from '../../media/ffmpeg.ts'
import { probe } from '../../media/probe.ts'
import { createDiskStore } from '../../media/store.ts'
import { takeStill } from '../../media/video-still.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { launchBrowser, shoot } from '../support/browser/browser.ts'
import { type Installed, install } from '../support/installed.ts'
import { readTagsOf, tellingTags } from '../support/media/exiftool.ts'
import { iphonePhoto, iphoneVideo } from '../support/media/iphone.ts'
import type { LedgerPost } from '../support/platforms/ledger.ts'
import { openEditor, quadrants } from './editing-stage.ts'

let house: Installed
let browser: Browser
let folder: string
beforeAll(async () => {
  ;[house, browser] = await Promise.all([install(), launchBrowser()])
  folder = await mkdtemp(join(tmpdir(), 'cratesocial-fetched-'))
  atTheEnd(() => rm(folder, { recursive: true }))
}, 90_000)

const signIn = async (options: BrowserContextOptions) => {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options })
  context.setDefaultTimeout(60_000)
  const page = await context.newPage()
  await page.goto(`${house.url}/sign-in`)
  await page.fill('[name=email]', 'ada@example.com')
  await page.fill('[name=password]', password)
  await page.click('form[action="/sign-in"] button:has-text("Sign in")')
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
  return { page, context }
}

const publishNow = async (page: Page) => {
  await page.locator('#more-ways summary').click()
  await page.locator('#more-ways button[value=now]').click()
  await page.getByRole('dialog').getByRole('button', { name: 'Publish now' }).click()
  const address = /\/posts\/[0-9a-f-]{36}(\?|$)/
  await page.waitForURL(address, { waitUntil: 'commit' }).catch(async (error) => {
    throw new Error(`it was not sent: ${await page.locator('main').innerText()}`, { cause: error })
  })
}

const postsWith = async (words: string) =>
  (await house.ledger.posts()).filter(({ text }) => text === words)

/** The bytes that a platform fetched. */
const fetchedBy = async (post: LedgerPost | undefined): Promise<Buffer> => {
  const sha256 = Buffer.from(post?.media[0]?.sha256 ?? '', 'hex')
  const [file] = await house.sql<{ storeKey: string }[]>`
    select store_key from renditions where sha256 = ${sha256}
    union all select store_key from media where sha256 = ${sha256}`
  return buffer(createDiskStore(house.config.media.url).open(file?.storeKey ?? ''))
}

/** The color at a place, given by its share of the width and height, with 0 or 1 for each part. */
const readColors = async (picture: Buffer | string) => {
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  const colorAt = (x: number, y: number): number[] => {
    const at = (Math.floor(y * height) * width + Math.floor(x * width)) * channels
    return [...data.subarray(at, at + 3)].map((value) => Math.round(value / 255))
  }
  return { width, height, colorAt }
}

it('Instagram fetches the part that a person framed in the editor', {
  timeout: 240_000,
}, async () => {
  const original = await quadrants(1600, 1200)
  const media = await upload(house.admin, house.slug, 'quadrants.jpg', original)
  const { page, context } = await signIn({ viewport: { width: 1280, height: 900 } })
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
  await publishNow(page)

  const posts = () => postsWith('Four to five')
  await expect.poll(posts, { timeout: 120_000 }).toHaveLength(1)
  const [sent] = await posts()
  expect([sent?.platform, sent?.media.length]).toEqual(['instagram', 1])
  const { width, height, colorAt } = await readColors(await fetchedBy(sent))
  expect(width / height).toBeCloseTo(4 / 5, 3)
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

it.each([
  { text: 'Straight from the photos', make: iphonePhoto, width: 960 },
  { text: 'Straight from the camera', make: iphoneVideo, width: 720 },
])(
  '$text of an iPhone: every platform fetches it upright, whole and without what the phone wrote',
  {
    timeout: 240_000,
  },
  async ({ text, make, width: whole }) => {
    const { page, context } = await signIn({
      ...{ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
    })
    await page.goto(`${house.url}/w/${house.slug}/posts/new`)
    await page.locator('#text').fill(text)
    for (const account of ['Northside Records', '@northsiderecords', '@northside.records'])
      await page
        .locator('.channel-chip', { has: page.locator(`[value="${house.channel(account)}"]`) })
        .click()
    await page.locator('#drop-file').setInputFiles(await make(folder))
    await page.locator('#file-list li').waitFor()
    await page.locator('select.audience').selectOption('PUBLIC_TO_EVERYONE')
    const consent = page.getByLabel(/Music Usage Confirmation/)
    if (await consent.count()) await consent.first().check()
    const words = text.replaceAll(' ', '-').toLowerCase()
    await shoot(page, `${words}-composer`)
    await publishNow(page)
    await expect.poll(() => postsWith(text), { timeout: 120_000 }).toHaveLength(3)
    await shoot(page, `${words}-post`)
    const posts = await postsWith(text)
    expect(posts.map(({ platform }) => platform).sort()).toEqual([
      'facebook',
      'instagram',
      'tiktok',
    ])
    const paths: string[] = []
    for (const post of posts) {
      const path = join(folder, `${words}-${post.platform}`)
      await writeFile(path, await fetchedBy(post))
      paths.push(path)
      const ffmpeg = createFfmpeg(house.config.media.ffmpeg)
      if (make === iphoneVideo) {
        const video = await probe(ffmpeg, path, 'mov')
        expect(video).toMatchObject({ codec: 'h264', isTurned: false, isHdr: false })
        await takeStill(ffmpeg, path, 'mov', video, `${path}.png`)
      }
      const { width, height, colorAt } = await readColors(
        make === iphoneVideo ? `${path}.png` : path,
      )
      // Instagram takes no picture that is narrower than 4:5, so this one has white bars.
      const hasBars = make === iphonePhoto && post.platform === 'instagram'
      expect([width, height], post.platform).toEqual([hasBars ? 1024 : whole, 1280])
      expect(colorAt(0.01, 0.25)).toEqual(hasBars ? [1, 1, 1] : [1, 0, 0])
      expect([colorAt(0.5, 0.25), colorAt(0.5, 0.75)]).toEqual([
        [1, 0, 0],
        [0, 0, 1],
      ])
    }
    for (const tags of await readTagsOf(paths)) expect(tellingTags(tags)).toEqual({})
    await context.close()
  },
)
