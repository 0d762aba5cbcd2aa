import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { makeImage, makeVideo } from '../../local/media/media-files.ts'
import { password } from '../support/app.ts'
import { launchBrowser } from '../support/browser/browser.ts'
import { type ConnectingApp, createConnectingApp } from '../support/connecting-app.ts'
import { addMedia, postIdIn } from '../support/posts.ts'
import { pickTime } from './steps.ts'

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
    {
      name: 'crate.jpg',
      mimeType: 'image/jpeg',
      buffer: await makeImage({ width: 300, height: 200 }),
    },
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
  const buffer = await makeVideo({ width: 640, height: 480, durationMs: 2000 })
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

/** A video of which half was converted in the last two minutes. */
const converting = async (): Promise<string> => {
  const id = await addMedia(test.deps, test.workspaces.northside, test.cast.manager.id, {
    kind: 'video',
  })
  await test.sql`
    update media set original_key = ${`original-of-${id}`}, conversion = 'waiting', conversion_share = 0.5,
      conversion_began_at = now() - interval '2 minutes' where id = ${id}`
  return id
}
const finish = (id: string) =>
  test.sql`update media set conversion = null, conversion_share = null where id = ${id}`

it('the tile of a video says how long its conversion takes, and is rendered again when that changes', async () => {
  const id = await converting()
  await page.goto(`${test.url}/w/northside/media`)
  const tile = page.locator(`#media-${id}`)
  await tile
    .getByText('Converting: about 3 minutes')
    .or(tile.getByText('Converting: about 2 minutes'))
    .waitFor()
  await test.sql`update media set conversion_share = 0.9 where id = ${id}`
  await tile.getByText('Converting: about a minute').waitFor()
  await finish(id)
  await tile.locator('.tile-converting').waitFor({ state: 'detached' })
  expect(await tile.getAttribute('data-converting')).toBeNull()
})

it('the page of a video shows the video as soon as it is converted', async () => {
  const id = await converting()
  await page.goto(`${test.url}/w/northside/media/${id}`)
  await page.getByText('Platforms don’t accept this video as it is').waitFor()
  expect(await page.locator('.media-show video').count()).toBe(0)
  await finish(id)
  await page.locator('.media-show video').waitFor({ state: 'attached' })
})

it('the composer says before scheduling that the conversion takes longer than until the post’s time', async () => {
  const id = await converting()
  const form = new URLSearchParams([
    ['text', 'Filmed today'],
    ['act', 'save'],
    ['media', id],
  ])
  const saved = await test.cast.manager.post('/w/northside/posts', form)
  await page.goto(`${test.url}/w/northside/posts/${postIdIn(saved.location)}/edit`)
  const note = page.getByText(
    /^Converting: about [23] minutes\. The post goes out once that’s done\./,
  )
  await note.waitFor()
  await pickTime(page, '2099-01-01T10:00')
  await note.waitFor({ state: 'detached' })
  await finish(id)
})
