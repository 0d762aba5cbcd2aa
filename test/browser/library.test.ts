import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { makeImage } from '../../local/media/media-files.ts'
import { type Stage, startStage } from '../support/browser/stage.ts'
import { put, rowOf } from '../support/uploading.ts'
import { axeFaults } from './composer-stage.ts'

let stage: Stage
const ids: string[] = []
const media = '/w/northside/media'

beforeAll(async () => {
  stage = await startStage()
  for (let count = 1; count <= 4; count += 1) {
    const picture = await makeImage({ width: 320 + count, height: 320 })
    const headers = { Origin: stage.url }
    const { text } = await put(stage.app.cast.manager, `crate-${count}.jpg`, picture, headers)
    ids.push(/data-media="([0-9a-f-]{36})"/.exec(text)?.[1] ?? '')
  }
}, 60_000)

const open = async (look: { width?: number; script?: boolean } = {}): Promise<Page> => {
  const { page } = await stage.open({
    viewport: { width: look.width ?? 1280, height: 844 },
    javaScriptEnabled: look.script ?? true,
    reducedMotion: 'reduce',
  })
  page.setDefaultTimeout(20_000)
  await page.goto(stage.url + media)
  return page
}

test('Shift and a click select a range; the bar counts it, Esc clears it, and it goes into a post', async () => {
  const page = await open()
  const boxes = page.locator('.pick > input')
  await boxes.nth(0).check()
  await boxes.nth(2).click({ modifiers: ['Shift'] })
  await page.getByText('3 selected').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('.bulk').waitFor({ state: 'hidden' })
  await boxes.nth(1).check()
  await page.locator('.bulk').getByRole('button', { name: 'Use in a post' }).click()
  await page.waitForURL(/\/posts\/new\?.*media=/)
  expect(await page.locator('#file-list .file').count()).toBe(1)
  await page.context().close()
})

test('the panel takes the focus and gives it back, and alt text saves itself', async () => {
  const page = await open()
  const [id = ''] = ids
  await page.locator(`#media-${id} > a`).click()
  await page.locator('#panel-title').waitFor()
  expect(await page.evaluate('document.activeElement.id')).toBe('panel-title')
  expect(page.url()).toContain(`file=${id}`)
  await page.locator('#alt-text').fill('A crate of records')
  await page.locator('.alt-state').getByText('Saved', { exact: true }).waitFor()
  expect(await rowOf(stage.app, id)).toMatchObject({ altText: 'A crate of records' })
  await page.locator(`#media-${id} .tile-no-alt`).waitFor({ state: 'detached' })
  expect(await axeFaults(page)).toEqual([])
  await page.getByRole('link', { name: 'Close' }).click()
  expect(await page.locator('#panel > *').count()).toBe(0)
  expect(await page.evaluate('document.activeElement.closest(".tile").id')).toBe(`media-${id}`)
  await page.context().close()
})

test('a search shows what it finds while it is typed, and is in the address', async () => {
  const page = await open()
  await page.locator('#search').fill('crate-3')
  await expect.poll(() => page.locator('#media .tile').count()).toBe(1)
  expect(page.url()).toContain('q=crate-3')
  expect(await page.evaluate('document.activeElement.id')).toBe('search')
  await page.context().close()
})

test('a phone shows three columns, and a file as a full page, also without script', async () => {
  const page = await open({ width: 320, script: false })
  const lefts = await page
    .locator('#media .tile')
    .evaluateAll((tiles) => tiles.map((tile) => tile.getBoundingClientRect().left))
  expect(new Set(lefts).size).toBe(3)
  await page.locator('#media .tile > a').first().click()
  await page.locator('#panel-title').waitFor()
  expect(await page.locator('#media').isVisible()).toBe(false)
  await page.locator('#alt-text').fill('Without script')
  await page.getByRole('button', { name: 'Save alt text' }).click()
  await page.getByText('Alt text saved.').waitFor()
  expect(await page.locator('#alt-text').inputValue()).toBe('Without script')
  await page.context().close()
})
