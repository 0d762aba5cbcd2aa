import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Stage, startStage } from '../support/browser/stage.ts'
import { connectAll } from '../support/posts.ts'

let stage: Stage
let account: string

beforeAll(async () => {
  stage = await startStage()
  const { app } = stage
  const who = { workspaceId: app.workspaces.northside, userId: app.cast.admin.id }
  account = (await connectAll(app.deps, who)).facebook
  await app.sql`
    insert into slots (workspace_id, channel_id, weekday, wall_time)
    select ${who.workspaceId}, ${account}, day, '18:30' from generate_series(1, 7) day`
}, 60_000)

type Options = Parameters<Stage['open']>[0]
const compose = async (query: string, options?: Options): Promise<Page> => {
  const { page } = await stage.open(options)
  await page.goto(`${stage.url}/w/northside/posts/new?channel=${account}&${query}`)
  return page
}
const label = (page: Page) => page.locator('#when-open').innerText()
const focused = (page: Page) => page.evaluate('document.activeElement.dataset.date')

describe('the picker of the time', () => {
  test('by keyboard: days by arrow, months by page, and Esc sets everything back', async () => {
    const page = await compose('at=2099-12-30T10:00')
    const before = await label(page)
    await page.locator('#when-open').press('Enter')
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('when-pick')
    const day = page.locator('.month-day[tabindex="0"]')
    await day.focus()
    expect(await focused(page)).toBe('2099-12-30')
    for (const [key, date] of [
      ['ArrowLeft', '2099-12-29'],
      ['ArrowUp', '2099-12-22'],
      ['PageDown', '2100-01-22'],
      ['PageUp', '2099-12-22'],
      ['ArrowDown', '2099-12-29'],
      ['ArrowDown', '2100-01-05'],
    ] as const) {
      await page.keyboard.press(key)
      await expect.poll(() => focused(page), { message: key }).toBe(date)
    }
    await page.keyboard.press('Enter')
    await expect.poll(() => page.inputValue('#date')).toBe('2100-01-05')
    await expect.poll(() => label(page)).not.toBe(before)
    await expect.poll(() => focused(page)).toBe('2100-01-05')
    await page.locator('.month-slot', { hasText: '18:30' }).click()
    await expect.poll(() => page.inputValue('#time')).toBe('18:30')
    await expect.poll(() => label(page)).toContain('18:30')
    await page.keyboard.press('Escape')
    await expect.poll(() => page.locator('#when-panel').isVisible()).toBe(false)
    await expect.poll(() => label(page)).toBe(before)
    expect(await page.inputValue('#date')).toBe('2099-12-30')
    expect(await page.evaluate('document.activeElement.id')).toBe('when-open')
    await page.context().close()
  })

  test.each([true, false])('takes the next free slot; with scripts: %s', async (scripted) => {
    const page = await compose('', { javaScriptEnabled: scripted })
    await page.fill('#text', `For the queue ${scripted}`)
    await page.click('#when-open')
    await page.check('#when-slot')
    await page.click('.when-set')
    await expect.poll(() => label(page)).toContain('18:30')
    await page.getByRole('button', { name: /^Schedule/ }).click()
    await page.waitForURL(/\/posts\/[0-9a-f-]{36}(\?|$)/)
    await page.context().close()
    const [target] = await stage.app.sql`
      select queued from targets where text = ${`For the queue ${scripted}`}`
    expect(target).toEqual({ queued: true })
  })

  test('says the chosen time where the person is, if it is another one', async () => {
    const page = await compose('at=2099-12-30T03:00', { timezoneId: 'America/New_York' })
    const own = page.locator('#when-zone .when-here')
    expect(await own.textContent()).toBe('Tue 21:00 in New York')
    await page.locator('#when-open').press('Enter')
    await page.fill('#time', '10:00')
    await expect.poll(() => own.textContent()).toBe('04:00 in New York')
    await page.check('#when-slot')
    // In the weeks when only one of the two has summer time, New York is five hours behind.
    await expect.poll(() => own.textContent()).toMatch(/^1[23]:30 in New York$/)
    await page.context().close()
    const there = await compose('at=2099-12-30T03:00', { timezoneId: 'Europe/Berlin' })
    expect(await there.locator('#when-zone').getAttribute('data-at')).toBe(
      '2099-12-30T02:00:00.000Z',
    )
    expect(await there.locator('.when-here').count()).toBe(0)
    await there.context().close()
  })

  test('has no violations when it is open, and fits the narrowest phone', async () => {
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    const phone = { width: 320, height: 700 }
    for (const look of [{}, { colorScheme: 'dark' as const }, { viewport: phone }]) {
      const page = await compose('at=2099-12-30T10:00', look)
      await page.click('#when-open')
      await page.locator('.month-day').first().waitFor()
      await page.evaluate(axe)
      const found = (await page.evaluate(
        `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })`,
      )) as { violations: { id: string; nodes: { html: string }[] }[] }
      expect(found.violations.map((one) => [one.id, one.nodes[0]?.html])).toEqual([])
      const width = await page.evaluate('document.getElementById("when-panel").scrollWidth')
      expect(width).toBeLessThanOrEqual(look.viewport ? 320 : 1280)
      const sideways = 'document.documentElement.scrollWidth - innerWidth'
      expect(await page.evaluate(sideways)).toBe(0)
      await page.context().close()
    }
  })
})
