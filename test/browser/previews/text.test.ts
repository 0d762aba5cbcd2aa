import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { file, type Scene, scenes } from './scenes.ts'
import { startPreviewStage } from './stage.ts'

let stage: Awaited<ReturnType<typeof startPreviewStage>>

beforeAll(async () => {
  stage = await startPreviewStage()
}, 60_000)
vi.setConfig({ testTimeout: 60_000 })

const close = (page: Page) => page.context().close()

/** The lines of the text, and how far above its end the words that open it stand, in pixels. */
const measured = (page: Page): Promise<{ lines: number; ends: number }> =>
  page.evaluate(`(() => {
    const text = document.querySelector('.pv-text')
    const { bottom, height } = text.getBoundingClientRect()
    const summary = text.querySelector('summary').getBoundingClientRect()
    const lines = Math.round(height / parseFloat(getComputedStyle(text).lineHeight))
    return { lines, ends: bottom - summary.bottom }
  })()`)

describe('a text', () => {
  const opening =
    'Gift cards are here. Buy one at the counter or online, from 20 to 200 francs. Valid for records, coffee and the listening bar, every day until the end of next year, on all five floors. '
  const texts = [
    opening.repeat(3),
    'Now open! '.repeat(40),
    'WE ARE OPEN ON SUNDAY FROM NINE TO FIVE '.repeat(8),
    'Donaudampfschifffahrtsgesellschaft '.repeat(10),
    'One\nTwo\nThree\nFour\nFive',
    'illicit little lilies fill till it tilts; '.repeat(8),
  ]
  test.each([
    ['instagram', 'image', 3],
    ['facebook', 'photo', 3],
    ['instagram', 'reel', 2],
    ['facebook', 'reel', 2],
    ['tiktok', 'photos', 2],
  ])(
    'on %s (%s) is folded into %d lines, with the words that open it in the last one',
    async (platform, kind, most) => {
      for (const text of texts) {
        const page = await stage.open({
          platform,
          kind,
          text,
          media: [file(kind === 'reel' ? 'film' : '1', [1080, 1350])],
        })
        const { lines, ends } = await measured(page)
        expect([text.slice(0, 20), lines <= most && lines >= most - 1]).toEqual([
          text.slice(0, 20),
          true,
        ])
        expect(Math.abs(ends)).toBeLessThan(8)
        await close(page)
      }
    },
  )

  test('opens and closes again by keyboard, without script', async () => {
    const page = await stage.open(scenes['instagram-carousel'] as Scene, {
      javaScriptEnabled: false,
    })
    const rest = page.getByText('#newarrivals')
    expect(await rest.isVisible()).toBe(false)
    const before = await page.locator('.pv-text').first().boundingBox()
    await page.locator('.pv-fold summary').press('Enter')
    expect(await rest.isVisible()).toBe(true)
    const after = await page.locator('.pv-text').first().boundingBox()
    expect(after?.height).toBeGreaterThan((before?.height ?? 0) + 60)
    await page.keyboard.press('Enter')
    expect(await rest.isVisible()).toBe(false)
    await page.locator('.pv-comment summary').press('Enter')
    expect(await page.getByText('Preorders open Monday').isVisible()).toBe(true)
    await close(page)
  })
})
