import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { TestApp } from '../support/app.ts'
import { type Stage, startStage } from '../support/browser/stage.ts'
import { day, measuredRows } from '../support/insights/measured-rows.ts'
import { connectAll, type PlatformName } from '../support/posts.ts'

let app: TestApp
let url: string
let open: Stage['open']
let channels: Record<PlatformName, string>
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** `SCREENS=folder` saves a screenshot of every look. */
const screens = process.env.SCREENS

beforeAll(async () => {
  ;({ app, url, open } = await startStage())
  channels = await connectAll(app.deps, {
    workspaceId: app.workspaces.northside,
    userId: app.cast.admin.id,
  })
  const { gained } = measuredRows(app, channels)
  for (let days = 60; days >= 1; days -= 1)
    await gained(channels.instagram, days, { views: 400 + ((days * 37) % 300), likes: 20 })
  // The first page is slow: it compiles the templates.
  await app.cast.manager.get('/w/northside/insights')
}, 120_000)

beforeEach(() => app.sql`delete from annotations`)

const look = async (page: Page, name: string): Promise<void> => {
  const faults = await page.evaluate(
    `(async () => { ${axe}; const found = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] });
      return found.violations.map((one) => one.id + ' ' + one.nodes.map((node) => node.target).join(' ')) })()`,
  )
  expect([name, faults]).toEqual([name, []])
  const fits = await page.evaluate('document.documentElement.scrollWidth <= innerWidth')
  expect([name, fits]).toEqual([name, true])
  if (screens) await page.screenshot({ path: `${screens}/${name}.png`, fullPage: true })
}

describe('notes in Insights', () => {
  for (const hasScripts of [true, false])
    test(`are added, changed and deleted by keyboard, ${hasScripts ? 'in the dark' : 'on a narrow screen without scripts'}`, async () => {
      const name = hasScripts ? 'notes-dark' : 'notes-narrow'
      const { page, context } = await open({
        viewport: hasScripts ? { width: 1280, height: 900 } : { width: 320, height: 640 },
        colorScheme: hasScripts ? 'dark' : 'light',
      })
      // Axe is a script itself, so only those of the page are kept away.
      if (!hasScripts) await page.route('**/*.js', (route) => route.abort())
      await page.goto(`${url}/w/northside/insights/${channels.instagram}?range=28d`)
      await page.getByText('Add a note').focus()
      await page.keyboard.press('Enter')
      await page.getByRole('button', { name: 'Add note' }).focus()
      await page.keyboard.press('Enter')
      await page.getByText('Write what happened.').waitFor()
      await look(page, `${name}-refused`)
      await page.getByLabel('What happened').focus()
      await page.keyboard.type('Vinyl fair with a stand')
      await page.keyboard.press('Enter')
      const item = page.locator('.annotations li')
      await page.getByText('Note added.').waitFor()
      expect(await item.textContent()).toContain('in the chart from tomorrow')
      // On a day of the chart.
      await item.getByRole('link', { name: /^Edit/ }).focus()
      await page.keyboard.press('Enter')
      await page.getByRole('heading', { name: 'Edit note' }).waitFor()
      await page.getByLabel('Day').fill(day(5))
      await look(page, `${name}-edit`)
      await page.getByRole('button', { name: 'Save' }).press('Enter')
      await page.getByText('Note saved.').waitFor()
      expect(await item.locator('time').getAttribute('datetime')).toBe(day(5))
      expect(await page.locator('#chart line.mark').count()).toBeGreaterThan(0)
      await page.locator('.chart-card summary').click()
      const row = page.locator('.chart-card tbody tr', { hasText: 'Vinyl fair with a stand' })
      expect(await row.count()).toBe(1)
      if (hasScripts) {
        const slider = page.getByRole('slider', { name: /Views per day.*single values/ })
        await slider.focus()
        await page.keyboard.press('End')
        for (let step = 0; step < 4; step += 1) await page.keyboard.press('ArrowLeft')
        expect(await page.locator('.chart-tip').first().textContent()).toContain(
          'Note: Vinyl fair with a stand',
        )
      }
      await look(page, name)
      await item.getByRole('link', { name: /^Edit/ }).press('Enter')
      await page.getByText('Delete this note').press('Enter')
      await page.getByRole('button', { name: 'Delete note' }).press('Enter')
      await page.getByText('Note deleted.').waitFor()
      expect(await item.count()).toBe(0)
      await context.close()
    }, 90_000)
})
