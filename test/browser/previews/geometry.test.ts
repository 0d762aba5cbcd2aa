import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { axeFaults, overEdge } from '../composer-stage.ts'
import { scenes } from './scenes.ts'
import { startPreviewStage } from './stage.ts'

let stage: Awaited<ReturnType<typeof startPreviewStage>>

beforeAll(async () => {
  stage = await startPreviewStage()
}, 60_000)
vi.setConfig({ testTimeout: 60_000 })

const scene = (name: string) => {
  const found = scenes[name]
  if (!found) throw new Error(`there is no scene ${name}`)
  return found
}
type Box = { left: number; top: number; width: number; height: number }
/** Boxes relative to the first one's left top. */
const boxes = (page: Page, selector: string): Promise<Box[]> =>
  page.locator(selector).evaluateAll((all) => {
    const from = all[0]?.getBoundingClientRect()
    return all.map((one) => {
      const { left, top, width, height } = one.getBoundingClientRect()
      return { left: left - (from?.left ?? 0), top: top - (from?.top ?? 0), width, height }
    })
  })
const ratios = async (page: Page, selector: string) =>
  (await boxes(page, selector)).map(({ width, height }) => width / height)
/** Whether files fill their frame or keep their shape in it. */
const fits = (page: Page): Promise<string[]> =>
  page.evaluate(
    `[...document.querySelectorAll('.pv-slide > .pv-file')].map((one) => getComputedStyle(one).objectFit)`,
  )
const close = (page: Page) => page.context().close()

describe('a carousel', () => {
  test('has the ratio of its first picture, to which all others are cut', async () => {
    const page = await stage.open(scene('instagram-carousel'))
    const all = await ratios(page, '.pv-slide > .pv-file')
    expect(all).toHaveLength(4)
    for (const ratio of all) expect(ratio).toBeCloseTo(4 / 5, 2)
    expect(await fits(page)).toEqual(['cover', 'cover', 'cover', 'cover'])
    await close(page)
  })

  test('is turned by buttons and keys, and its dots follow', async () => {
    const page = await stage.open(scene('instagram-carousel'))
    const dot = () =>
      page
        .locator('.pv-dots > span')
        .evaluateAll((all) => all.findIndex((one) => one.className === 'on'))
    const shown = () =>
      page.locator('.pv-track').evaluate((track) => track.scrollLeft / track.clientWidth)
    expect(await page.getByRole('button', { name: 'Previous' }).isVisible()).toBe(false)
    for (const at of [1, 2, 3]) {
      await page.getByRole('button', { name: 'Next' }).press('Enter')
      await expect.poll(shown).toBeCloseTo(at, 1)
      await expect.poll(dot).toBe(at)
    }
    // At the end, the button is gone. The focus goes to the pictures, which the arrow keys turn.
    expect(await page.getByRole('button', { name: 'Next' }).isVisible()).toBe(false)
    expect(await page.evaluate('document.activeElement.className')).toBe('pv-track')
    await page.keyboard.press('ArrowLeft')
    await expect.poll(dot).toBe(2)
    await expect.poll(shown).toBeCloseTo(2, 1)
    await close(page)
  })

  test('is swiped with a finger, also without script', async () => {
    for (const javaScriptEnabled of [true, false]) {
      const page = await stage.open(scene('instagram-carousel'), {
        javaScriptEnabled,
        hasTouch: true,
      })
      const touch = await page.context().newCDPSession(page)
      const at = (x: number) => ({ touchPoints: [{ x, y: 250 }] })
      await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', ...at(330) })
      for (const x of [300, 240, 180, 120, 60])
        await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', ...at(x) })
      await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
      // The count is part of the second picture, which is the only one in the frame now.
      const second = page.locator('.pv-slide').nth(1)
      await expect.poll(async () => (await second.boundingBox())?.x ?? 99).toBeLessThan(2)
      expect(await second.locator('.pv-count').innerText()).toBe('2/4')
      await close(page)
    }
  })
})

describe('photos beside each other', () => {
  const tilesOf = async (name: string) => {
    const page = await stage.open(scene(name))
    const found = await boxes(page, '.pv-tile')
    const [whole = 0] = await ratios(page, '.pv-tiles')
    await close(page)
    return { found, whole }
  }
  const shapes = (found: Box[]) =>
    found.map(({ width, height }) => Math.round((width / height) * 20) / 20)

  test('two wide ones lie on top of each other', async () => {
    const { found, whole } = await tilesOf('facebook-photos-2')
    expect(shapes(found)).toEqual([2, 2])
    expect([found[1]?.left, whole]).toEqual([0, 1])
  })

  test('of three, a tall first one is as high as the two beside it', async () => {
    const { found } = await tilesOf('facebook-photos-3')
    expect(shapes(found)).toEqual([0.5, 1, 1])
    expect(found[1]?.left).toBe(found[2]?.left)
  })

  test('of four, a wide first one is above three squares', async () => {
    const { found } = await tilesOf('facebook-photos-4')
    expect(shapes(found)).toEqual([1.5, 1, 1, 1])
    expect(new Set(found.slice(1).map(({ top }) => top)).size).toBe(1)
  })

  test('of seven, five squares are shown in rows of two and three, and +2', async () => {
    const page = await stage.open(scene('facebook-photos-7'))
    expect(shapes(await boxes(page, '.pv-tile'))).toEqual([1, 1, 1, 1, 1])
    expect(await page.locator('.pv-tile:last-child').innerText()).toBe('+2')
    await close(page)
  })

  test('a tall photo alone is cut to 4:5', async () => {
    const page = await stage.open(scene('facebook-photo'))
    expect((await ratios(page, '.pv-file'))[0]).toBeCloseTo(4 / 5, 2)
    await close(page)
  })
})

describe('a full-screen frame', () => {
  test('is 9:16, keeps the shape of the video in it, and shows what the platform covers', async () => {
    for (const name of ['instagram-reel', 'instagram-story', 'facebook-reel', 'tiktok-video']) {
      const page = await stage.open(scene(name))
      expect((await ratios(page, '.pv-screen'))[0]).toBeCloseTo(9 / 16, 2)
      expect([name, await fits(page)]).toEqual([name, ['contain']])
      expect(await page.locator('.pv-covered').isVisible()).toBe(false)
      await page.getByRole('checkbox', { name: /^Show what .* covers$/ }).check()
      expect(await page.locator('.pv-covered').isVisible()).toBe(true)
      await close(page)
    }
  })
})

test('every preview fits into 320 pixels, and axe finds nothing, in light and dark', async () => {
  for (const [name, one] of Object.entries(scenes))
    for (const isDark of [false, true]) {
      const page = await stage.open(one, { isDark, width: 320 })
      expect([name, isDark, await overEdge(page), await axeFaults(page)]).toEqual([
        name,
        isDark,
        [],
        [],
      ])
      await close(page)
    }
})
