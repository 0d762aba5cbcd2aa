import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { axeFaults, overEdge } from './composer-stage.ts'
import { editorFrame as frame, openEditor, startEditingStage } from './editing-stage.ts'

let stage: Awaited<ReturnType<typeof startEditingStage>>

beforeAll(async () => {
  stage = await startEditingStage()
}, 60_000)
vi.setConfig({ testTimeout: 90_000 })

const edited = (page: Page) => page.locator('.pill.edited').waitFor()
const boxOf = async (page: Page, selector: string) => {
  const box = await page.locator(selector).boundingBox()
  if (!box) throw new Error(`${selector} is not shown`)
  return box
}

describe('cropping a picture', () => {
  test('starts in the account’s shape if the picture would get bars, and moves and grows with the mouse', async () => {
    const media = await stage.picture(2000, 1000)
    const { page, context } = await stage.compose([media], [stage.channels.instagram])
    await page.locator('#text').fill('Not to be lost')
    await openEditor(page, media)
    expect(await page.locator('[name="edit.shape"]:checked').getAttribute('value')).toBe('4:5')
    expect(await page.locator('.shape:has([value="4:5"])').innerText()).toContain('Instagram')
    for (const outside of ['9:16', 'original'])
      expect(await page.locator(`.shape:has([value="${outside}"])`).innerText()).toContain(
        'Bars on Instagram',
      )
    expect(await page.locator('[data-size]').innerText()).toBe('800 × 1000')
    const [picture, corner] = [await boxOf(page, '[data-picture]'), await boxOf(page, '.corner.se')]
    // To half its size, then to the left top.
    await page.mouse.move(corner.x + corner.width - 2, corner.y + corner.height - 2)
    await page.mouse.down()
    await page.mouse.move(picture.x + picture.width * 0.5, picture.y + picture.height * 0.5, {
      steps: 4,
    })
    await page.mouse.up()
    expect(await page.locator('[data-size]').innerText()).toBe('400 × 500')
    const middle = await boxOf(page, '[data-frame]')
    await page.mouse.move(middle.x + middle.width / 2, middle.y + middle.height / 2)
    await page.mouse.down()
    await page.mouse.move(picture.x - 400, picture.y - 400, { steps: 4 })
    await page.mouse.up()
    await page.getByRole('button', { name: 'Apply crop' }).click()
    await edited(page)
    expect(await page.locator('#text').inputValue()).toBe('Not to be lost')
    expect(await page.locator('.shown-0 .pv-file > svg').getAttribute('viewBox')).toBe(
      '0 0 400 500',
    )
    expect(await page.evaluate('document.activeElement.id')).toBe(`edit-${media}`)
    expect(await stage.save(page)).toEqual([{ crop: { x: 0, y: 0, width: 0.2, height: 0.5 } }])
    await context.close()
  })

  test('starts whole if the account shows the picture as it is, so that rotating crops nothing', async () => {
    const media = await stage.picture()
    const { page, context } = await stage.compose([media], [stage.channels.instagram])
    await openEditor(page, media)
    expect(await page.locator('[name="edit.shape"]:checked').getAttribute('value')).toBe('original')
    await page.getByRole('button', { name: 'Rotate' }).click()
    await page.getByRole('button', { name: 'Apply crop' }).click()
    await edited(page)
    expect(await stage.save(page)).toEqual([{ rotate: 90 }])
    await context.close()
  })

  test('says what becomes of the whole picture, also after it was rotated', async () => {
    const media = await stage.picture(900, 1600)
    const { page, context } = await stage.compose([media], [stage.channels.instagram])
    await openEditor(page, media)
    const whole = page.locator('.shape:has([value="original"])')
    expect(await whole.innerText()).toContain('Bars on Instagram')
    await page.getByRole('button', { name: 'Rotate' }).click()
    await expect.poll(() => whole.innerText()).not.toContain('Bars')
    await page.keyboard.press('r')
    await expect.poll(() => whole.innerText()).toContain('Bars on Instagram')
    await context.close()
  })

  test('works with a finger, and with two to zoom', async () => {
    const media = await stage.picture(2000, 1000)
    const { page, context } = await stage.compose([media], [stage.channels.instagram], {
      hasTouch: true,
      isMobile: true,
      viewport: { width: 390, height: 844 },
    })
    await openEditor(page, media)
    const touch = await context.newCDPSession(page)
    const send = (
      type: 'touchStart' | 'touchMove' | 'touchEnd',
      ...touchPoints: { x: number; y: number; id?: number }[]
    ) => touch.send('Input.dispatchTouchEvent', { type, touchPoints })
    const box = await boxOf(page, '[data-frame]')
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    await send('touchStart', { x: x - 10, y, id: 1 })
    await send('touchStart', { x: x - 10, y, id: 1 }, { x: x + 10, y, id: 2 })
    await send('touchMove', { x: x - 20, y, id: 1 }, { x: x + 20, y, id: 2 })
    await send('touchEnd')
    expect(await page.locator('[data-size]').innerText()).toBe('400 × 500')
    await send('touchStart', { x, y, id: 3 })
    await send('touchMove', { x: x + 100, y: y + 60, id: 3 })
    await send('touchMove', { x: x + 380, y: y + 400, id: 3 })
    await send('touchEnd')
    // Chromium drops a tap that follows a drag within milliseconds, which no finger can do.
    await page.getByRole('button', { name: 'Apply crop' }).click()
    await edited(page)
    expect(await stage.save(page)).toEqual([{ crop: { x: 0.8, y: 0.5, width: 0.2, height: 0.5 } }])
    await context.close()
  })

  test('works by keyboard, says what the frame is, and returns the focus', async () => {
    const media = await stage.picture()
    const { page, context } = await stage.compose([media], [])
    await page.locator(`#edit-${media}`).focus()
    await page.keyboard.press('Enter')
    await frame(page).waitFor()
    expect(await page.evaluate('document.activeElement.ariaLabel')).toBe('Crop frame')
    expect(await frame(page).getAttribute('aria-valuetext')).toBe(
      '1600 × 900 pixels, 0% from the left, 0% from the top',
    )
    await page.keyboard.press('2')
    expect(await frame(page).getAttribute('aria-valuetext')).toBe(
      '900 × 900 pixels, 22% from the left, 0% from the top',
    )
    for (let pressed = 0; pressed < 10; pressed += 1) await page.keyboard.press('ArrowRight')
    expect(await frame(page).getAttribute('aria-valuetext')).toBe(
      '900 × 900 pixels, 32% from the left, 0% from the top',
    )
    await page.keyboard.press('7')
    await page.keyboard.press('Shift+ArrowLeft')
    expect(await page.locator('[data-size]').innerText()).toBe('884 × 900')
    await page.keyboard.press('Shift+ArrowUp')
    expect(await page.locator('[data-size]').innerText()).toBe('884 × 891')
    await page.keyboard.press('8')
    await page.keyboard.press('r')
    expect(await page.locator('[data-size]').innerText()).toBe('900 × 1600')
    await page.keyboard.press('Enter')
    await edited(page)
    expect(await page.evaluate('document.activeElement.id')).toBe(`edit-${media}`)
    // Escape changes nothing.
    await page.keyboard.press('Enter')
    await frame(page).waitFor()
    await page.keyboard.press('r')
    await page.keyboard.press('Escape')
    await page.locator('.editor-dialog').waitFor({ state: 'detached' })
    expect(await page.evaluate('document.activeElement.id')).toBe(`edit-${media}`)
    expect(await stage.save(page)).toEqual([{ rotate: 90 }])
    await context.close()
  })

  test('takes everything back with Reset', async () => {
    const media = await stage.picture()
    const { page, context } = await stage.compose([media], [stage.channels.instagram])
    await openEditor(page, media)
    await page.keyboard.press('r')
    await page.keyboard.press('Enter')
    await edited(page)
    await openEditor(page, media)
    await page.getByRole('button', { name: 'Reset' }).click()
    await page.getByRole('button', { name: 'Apply crop' }).click()
    await page.locator('.pill.edited').waitFor({ state: 'detached' })
    expect(await stage.save(page)).toEqual([null])
    await context.close()
  })

  test('works without script: shape, numbers, rotation and preview on a page that loses nothing', async () => {
    const media = await stage.picture(2000, 1000)
    const { page, context } = await stage.compose([media], [stage.channels.instagram], {
      javaScriptEnabled: false,
    })
    await page.locator('#text').fill('Typed before')
    await page.locator(`#edit-${media}`).click()
    expect(await page.locator('h1').innerText()).toBe('Crop photo')
    expect(await page.locator('.editor-stage svg').getAttribute('viewBox')).toBe('600 0 800 1000')
    await page.locator('#edit-x').fill('100 crates')
    await page.getByRole('button', { name: 'Apply crop' }).click()
    expect(await page.locator('#edit-x').inputValue()).toBe('100 crates')
    expect(await page.locator('#edit-x-error').innerText()).toBe(
      'Enter a percentage from 0 to 100.',
    )
    await page.locator('#edit-x').fill('0')
    await page.getByRole('button', { name: 'Preview' }).click()
    expect(await page.locator('.editor-stage svg').getAttribute('viewBox')).toBe('0 0 800 1000')
    await page.locator('label:has([value="1:1"])').click()
    await page.getByRole('button', { name: 'Preview' }).click()
    expect(await page.locator('.editor-stage svg').getAttribute('viewBox')).toBe('500 0 1000 1000')
    await page.getByRole('button', { name: 'Rotate' }).click()
    expect(await page.locator('.editor-stage svg').getAttribute('viewBox')).toBe('0 500 1000 1000')
    await page.getByRole('button', { name: 'Apply crop' }).click()
    expect(await page.locator('#text').inputValue()).toBe('Typed before')
    expect(await page.locator('.pill.edited').count()).toBe(1)
    expect(await stage.save(page)).toEqual([
      { crop: { x: 0, y: 0.25, width: 1, height: 0.5 }, rotate: 90 },
    ])
    await context.close()
  })
})

describe('the editor', () => {
  test.each([
    { look: 'light', colorScheme: 'light' as const, width: 1280 },
    { look: 'dark', colorScheme: 'dark' as const, width: 1280 },
    { look: 'phone', colorScheme: 'light' as const, width: 390 },
    { look: 'narrow', colorScheme: 'dark' as const, width: 320 },
  ])(
    'has nothing that axe minds and nothing over the edge: $look',
    async ({ colorScheme, width }) => {
      const media = [await stage.picture(), await stage.film()]
      for (const [index, id] of media.entries()) {
        const options = {
          colorScheme,
          viewport: { width, height: width < 700 ? 844 : 860 },
          hasTouch: width < 700,
          isMobile: width < 700,
        }
        const { page, context } = await stage.compose(
          [id],
          [stage.channels.instagram, stage.channels.tiktok],
          options,
        )
        await openEditor(page, id)
        if (index === 1) await page.locator('.strip > canvas').nth(7).waitFor()
        expect(await axeFaults(page)).toEqual([])
        expect(await overEdge(page)).toEqual([])
        const small = await page
          .locator('.editor-dialog :is(button, a, label:has(input), input[type=range], .corner)')
          .evaluateAll(
            (all, least) =>
              all
                .filter((one) => one.checkVisibility())
                .map((one) => one.getBoundingClientRect())
                .filter(({ width: wide, height }) => Math.min(wide, height) < least).length,
            width < 700 ? 44 : 24,
          )
        expect(small).toBe(0)
        await context.close()
      }
    },
    60_000,
  )
})
