import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CDPSession, Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { makeImage } from '../../local/media/media-files.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { shoot } from '../support/browser/browser.ts'
import { type Stage, startStage } from '../support/browser/stage.ts'
import { axeFaults } from './composer-stage.ts'

let stage: Stage
let folder: string
const media = '/w/northside/media'
const mb = 2 ** 20

beforeAll(async () => {
  stage = await startStage()
  folder = await mkdtemp(join(tmpdir(), 'cratesocial-to-upload-'))
  atTheEnd(() => rm(folder, { recursive: true, force: true }))
}, 60_000)

/** A real picture of about 20 MB, in a file, as a person chooses it. */
const pictureFile = async (name: string, color: string): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, await makeImage({ width: 640, height: 480, color, padBytes: 20 * mb }))
  return path
}

type Look = { dark?: boolean; width?: number }
const open = async (path = media, { dark = false, width = 1280 }: Look = {}): Promise<Page> => {
  const { page } = await stage.open({
    colorScheme: dark ? 'dark' : 'light',
    viewport: { width, height: 844 },
    reducedMotion: 'reduce',
  })
  page.setDefaultTimeout(20_000)
  await page.goto(stage.url + path)
  return page
}

/** Uploads of the page take this many bytes per second. */
const slowDown = async (page: Page, bytesPerS: number): Promise<CDPSession> => {
  const session = await page.context().newCDPSession(page)
  const conditions = {
    offline: false,
    latency: 0,
    downloadThroughput: -1,
    uploadThroughput: bytesPerS,
  }
  await session.send('Network.emulateNetworkConditions', conditions)
  return session
}

const share = (page: Page) =>
  page
    .locator('.upload:not(.refused) progress')
    .evaluate((bar) => (bar as unknown as { value: number }).value)
const reaches = (page: Page, least: number) =>
  expect.poll(() => share(page), { timeout: 20_000 }).toBeGreaterThan(least)

/** The offsets at which the page sends parts. */
const offsetsOf = (page: Page): number[] => {
  const offsets: number[] = []
  page.on('request', (request) => {
    if (request.method() === 'PATCH') offsets.push(Number(request.headers()['upload-offset']))
  })
  return offsets
}

describe('an upload', { timeout: 60_000 }, () => {
  test('waits while the network is gone, and continues where it was', async () => {
    const page = await open()
    const offsets = offsetsOf(page)
    await slowDown(page, 4 * mb)
    await page.setInputFiles('#files', await pictureFile('offline.jpg', '#a33'))
    await reaches(page, 0.42)
    await page.context().setOffline(true)
    await page.getByText('Connection lost. The upload continues when it’s back.').first().waitFor()
    expect(await page.locator('.upload-news').innerText()).toContain(
      'offline.jpg: Connection lost.',
    )
    await shoot(page, 'uploads-offline')
    await page.context().setOffline(false)
    await page.waitForSelector('.tile:has-text("offline.jpg")')
    expect(await page.locator('.upload').count()).toBe(0)
    expect(offsets.filter((offset) => offset === 0)).toHaveLength(1)
    expect(await stage.app.sql`select from media where file_name = 'offline.jpg'`).toHaveLength(1)
    await page.context().close()
  })

  test('continues after a reload when the same file is chosen again', async () => {
    const page = await open()
    const path = await pictureFile('reload.jpg', '#3a3')
    await slowDown(page, 4 * mb)
    await page.setInputFiles('#files', path)
    await reaches(page, 0.45)
    await page.reload()
    const keys = await page.evaluate<string[]>('Object.keys(localStorage)')
    expect(keys).toEqual([expect.stringMatching(/^upload:[0-9a-f]{64}$/)])
    const offsets = offsetsOf(page)
    await page.setInputFiles('#files', path)
    await page.waitForSelector('.tile:has-text("reload.jpg")')
    expect(offsets[0]).toBeGreaterThanOrEqual(8 * mb)
    expect(await page.evaluate<string[]>('Object.keys(localStorage)')).toEqual([])
    await page.context().close()
  })

  test('can be canceled by keyboard, and nothing of it stays', async () => {
    const page = await open()
    await slowDown(page, 2 * mb)
    await page.setInputFiles('#files', await pictureFile('cancel.jpg', '#33a'))
    await reaches(page, 0.1)
    const deleted = page.waitForResponse((answer) => answer.request().method() === 'DELETE')
    await page.getByRole('button', { name: 'Cancel' }).focus()
    await page.keyboard.press('Enter')
    expect((await deleted).status()).toBe(204)
    await page.waitForSelector('.upload', { state: 'detached' })
    expect(await stage.app.sql`select from media where file_name = 'cancel.jpg'`).toHaveLength(0)
    expect(await page.evaluate<string[]>('Object.keys(localStorage)')).toEqual([])
    await page.context().close()
  })

  test('is sent in one piece if the server keeps losing it', async () => {
    const page = await open()
    await page.route('**/uploads/*', (route) => route.fulfill({ status: 404 }))
    await page.setInputFiles('#files', await pictureFile('whole.jpg', '#a3a'))
    await page.waitForSelector('.tile:has-text("whole.jpg")')
    await page.context().close()
  })

  test('says that the session has ended, and goes on from there after signing in elsewhere', async () => {
    const page = await open()
    const asksForNews = () => page.waitForResponse(`**${media}/events`)
    const connected = asksForNews()
    await page.reload()
    await connected
    const cookies = await page.context().cookies()
    await page.context().clearCookies()
    await page.setInputFiles('#files', await pictureFile('signed-out.jpg', '#3aa'))
    const refused = page.locator('.upload.refused').getByText('You’re signed out.')
    await refused.waitFor()
    const again = asksForNews()
    await page.evaluate(`htmx.ajax('GET', '${media}/events', { source: '#media-live' })`)
    expect((await again).status()).toBe(401)
    expect(await refused.isVisible()).toBe(true) // the page wasn't left
    await page.context().addCookies(cookies)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.waitForSelector('.tile:has-text("signed-out.jpg")')
    await page.context().close()
  })

  test('goes into the post that is being written', async () => {
    const page = await open('/w/northside/posts/new')
    await page.setInputFiles('#drop-file', await pictureFile('composer.jpg', '#aa3'))
    await page.waitForSelector('#file-list .file')
    expect(await page.locator('#file-list .file').count()).toBe(1)
    await page.context().close()
  })
})

describe('a file that is too large', () => {
  test('is refused in words before anything of it is sent', async () => {
    const page = await open()
    await page.evaluate(
      `document.querySelector('[data-upload-zone]').dataset.uploadMax = '1000000'`,
    )
    let sent = 0
    page.on('request', (request) => {
      if (request.method() !== 'GET') sent += 1
    })
    await page.setInputFiles('#files', await pictureFile('large.jpg', '#aaa'))
    await page
      .locator('.upload.refused')
      .getByText('This file is larger than 1.0 MB, the upload limit.')
      .waitFor()
    expect(sent).toBe(0)
    await page.getByRole('button', { name: 'Dismiss' }).click()
    expect(await page.locator('.upload').count()).toBe(0)
    await page.context().close()
  })
})

describe.each<[string, Look]>([
  ['light', {}],
  ['dark', { dark: true }],
  ['phone', { width: 320 }],
])('uploads on the page: %s', (name, look) => {
  test('have names that axe accepts, and fit the window', async () => {
    const page = await open(media, look)
    await slowDown(page, 0.5 * mb)
    const bad = join(folder, 'notes-about-the-listening-bar.jpg')
    await writeFile(bad, 'no picture at all')
    const path = await pictureFile(`listening-bar-${name}-in-the-evening.jpg`, '#b70')
    await page.setInputFiles('#files', [bad, path])
    await page.locator('.upload.refused').waitFor()
    await reaches(page, 0)
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0) // it is no passing fault
    expect(await axeFaults(page)).toEqual([])
    expect(
      await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'),
    ).toBeLessThanOrEqual(0)
    await shoot(page, `uploads-${name}`)
    await page.context().close()
  })
})
