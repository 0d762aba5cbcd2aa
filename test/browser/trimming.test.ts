import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { openEditor, startEditingStage } from './editing-stage.ts'

let stage: Awaited<ReturnType<typeof startEditingStage>>

beforeAll(async () => {
  stage = await startEditingStage()
}, 60_000)
vi.setConfig({ testTimeout: 90_000 })

const edited = (page: Page) => page.locator('.pill.edited').waitFor()

describe('a video', () => {
  test('is trimmed and gets its cover frame by keyboard, for every account that takes one', async () => {
    const media = await stage.film()
    const { page, context } = await stage.compose(
      [media],
      [stage.channels.instagram, stage.channels.tiktok],
    )
    await openEditor(page, media)
    expect(await page.locator('[name="edit.shape"]:checked').getAttribute('value')).toBe('original')
    const slider = (name: string) => page.locator(`[data-time=${name}]`)
    await slider('start').focus()
    await page.keyboard.press('Shift+ArrowRight')
    for (let pressed = 0; pressed < 5; pressed += 1) await page.keyboard.press('ArrowRight')
    expect(await slider('start').getAttribute('aria-valuetext')).toBe('0:01.2')
    await slider('end').focus()
    await page.keyboard.press('Shift+ArrowLeft')
    expect(await slider('end').getAttribute('aria-valuetext')).toBe('0:05')
    await slider('cover').focus()
    expect(await slider('cover').getAttribute('aria-valuetext')).toBe('Not chosen')
    await page.keyboard.press('Shift+ArrowRight')
    await page.keyboard.press('ArrowRight')
    expect(await slider('cover').getAttribute('aria-valuetext')).toBe('0:02.24')
    await expect
      .poll(() => page.evaluate(`document.querySelector('[data-source]').currentTime`))
      .toBeCloseTo(2.24, 2)
    await page.locator('.strip > canvas').nth(7).waitFor()
    await page.locator('#edit-end').fill('0:04.5')
    await page.keyboard.press('Tab')
    await page.getByRole('button', { name: 'Apply' }).click()
    await edited(page)
    for (const channel of [stage.channels.instagram, stage.channels.tiktok])
      expect(await page.locator(`[name="${channel}.cover_second"]`).inputValue()).toBe('1.04')
    expect(await stage.save(page)).toEqual([{ trim: { startMs: 1_200, endMs: 4_500 } }])
    await context.close()
  })

  test('keeps the covers of accounts that differ: they move with the start, and only a new one is for all', async () => {
    const media = await stage.film()
    const { instagram, tiktok } = stage.channels
    const { page, context } = await stage.compose([media], [instagram, tiktok])
    const cover = (channel: string) => page.locator(`[name="${channel}.cover_second"]`)
    const covers = () => Promise.all([instagram, tiktok].map((one) => cover(one).inputValue()))
    for (const [channel, value] of [
      [instagram, '1'],
      [tiktok, '3,5'],
    ])
      await cover(channel ?? '').evaluate((field, text) => Reflect.set(field, 'value', text), value)
    await openEditor(page, media)
    await page.locator('.editor-dialog').getByText('These accounts have different covers').waitFor()
    await page.locator('#edit-start').fill('0:02')
    await page.keyboard.press('Tab')
    await page.getByRole('button', { name: 'Apply' }).click()
    await edited(page)
    expect(await covers()).toEqual(['0', '1.5'])
    await openEditor(page, media)
    await page.locator('#edit-cover').fill('0:04')
    await page.keyboard.press('Tab')
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.locator('.editor-dialog').waitFor({ state: 'detached' })
    expect(await covers()).toEqual(['2', '2'])
    await context.close()
  })

  test('is trimmed without script, and times that make no sense come back as typed', async () => {
    const media = await stage.film()
    const { page, context } = await stage.compose([media], [stage.channels.instagram], {
      javaScriptEnabled: false,
    })
    await page.locator(`#edit-${media}`).click()
    await page.locator('#edit-start').fill('0:05.5')
    await page.locator('#edit-cover').fill('soon')
    await page.getByRole('button', { name: 'Apply' }).click()
    expect(await page.locator('#edit-start').inputValue()).toBe('0:05.5')
    expect(await page.locator('#edit-end-error').innerText()).toContain(
      'at least 1 second after the start',
    )
    expect(await page.locator('#edit-cover').inputValue()).toBe('soon')
    await page.locator('#edit-start').fill('1')
    await page.locator('#edit-end').fill('0:04')
    await page.locator('#edit-cover').fill('0:02.5')
    await page.getByRole('button', { name: 'Apply' }).click()
    expect(
      await page.locator(`[name="${stage.channels.instagram}.cover_second"]`).inputValue(),
    ).toBe('1.5')
    expect(await stage.save(page)).toEqual([{ trim: { startMs: 1_000, endMs: 4_000 } }])
    await context.close()
  })
})
