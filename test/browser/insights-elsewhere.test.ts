import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { fillInsights } from '../../bench/insight-rows.ts'
import type { TestApp } from '../support/app.ts'
import { type Stage, startStage } from '../support/browser/stage.ts'

let app: TestApp
let url: string
let open: Stage['open']
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** `SCREENS=folder` keeps a picture of every look. */
const screens = process.env.SCREENS

beforeAll(async () => {
  ;({ app, url, open } = await startStage())
  const size = { channels: 3, postsPerMonth: 6, elsewherePerMonth: 12, months: 4 }
  await fillInsights(app.sql, {
    workspaceId: app.workspaces.northside,
    zone: 'Europe/Zurich',
    ...size,
  })
  await app.sql`
    insert into elsewhere_posts (workspace_id, channel_id, platform_post_id, kind, text, published_at, next_at)
    select workspace_id, id, 'unread', 'image', 'Waits', now() - interval '40 days', now() from channels where account_id = 'filled-0'`
}, 120_000)

const faultsOf = (page: Page) =>
  page.evaluate(
    `(async () => { ${axe}; const found = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] });
      return found.violations.map((one) => one.id + ' ' + one.nodes.map((node) => node.target).join(' ')) })()`,
  )
/** The number on the tile of views. */
const viewsOn = async (page: Page): Promise<number> =>
  Number((await page.locator('.tile-number').first().innerText()).replaceAll(',', ''))

describe('insights with posts that were not made here', () => {
  for (const look of ['light', 'dark', 'phone'] as const)
    test(`are sound and fit their window: ${look}`, async () => {
      const viewport = look === 'phone' ? { width: 320, height: 800 } : { width: 1280, height: 900 }
      const { page, context } = await open({
        viewport,
        colorScheme: look === 'dark' ? 'dark' : 'light',
      })
      for (const [name, query] of [
        ['all', 'range=28d'],
        ['made-here', 'range=28d&made=here'],
      ] as const) {
        await page.goto(`${url}/w/northside/insights?${query}`)
        expect([name, await faultsOf(page)]).toEqual([name, []])
        expect([
          name,
          await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
        ]).toEqual([name, true])
        if (screens)
          await page.screenshot({
            path: `${screens}/elsewhere-${name}-${look}.png`,
            fullPage: true,
          })
      }
      await context.close()
    }, 90_000)

  test('are chosen with one link, which the range, the chart and the CSV keep', async () => {
    const { page, context } = await open()
    await page.goto(`${url}/w/northside/insights?range=28d`)
    const all = await viewsOn(page)
    expect(await page.locator('.ranked', { hasText: 'not made here' }).count()).toBe(1)
    await page
      .getByRole('navigation', { name: 'Posts' })
      .getByRole('link', { name: 'Made here' })
      .click()
    await page.waitForURL('**/insights?range=28d&made=here')
    const here = await viewsOn(page)
    expect(here).toBeGreaterThan(0)
    expect(here).toBeLessThan(all)
    expect(await page.locator('.ranked', { hasText: 'not made here' }).count()).toBe(0)
    await page.getByRole('link', { name: '7 days' }).first().click()
    await page.waitForURL('**/insights?range=7d&made=here')
    await page.locator('.chart-card .switch').getByRole('link', { name: 'Likes' }).click()
    await page.waitForURL('**/insights?range=7d&made=here&metric=likes#chart')
    expect(
      await page.getByRole('link', { name: 'CSV', exact: true }).first().getAttribute('href'),
    ).toContain('made=here')
    await page
      .getByRole('navigation', { name: 'Posts' })
      .getByRole('link', { name: 'All posts' })
      .click()
    await page.waitForURL('**/insights?range=7d&metric=likes')
    await context.close()
  }, 60_000)
})
