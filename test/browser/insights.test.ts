import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { beforeAll, describe, expect, test } from 'vitest'
import { fillInsights } from '../../bench/insight-rows.ts'
import { makeJpeg } from '../../local/media/media-files.ts'
import type { TestApp } from '../support/app.ts'
import { type Stage, startStage } from '../support/browser/stage.ts'
import { addMedia } from '../support/posts.ts'

let app: TestApp
let url: string
let open: Stage['open']
let channel: string
let post: string
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** `SCREENS=folder` saves a screenshot of every look. */
const screens = process.env.SCREENS

beforeAll(async () => {
  ;({ app, url, open } = await startStage())
  const workspaceId = app.workspaces.northside
  await fillInsights(app.sql, {
    workspaceId,
    zone: 'Europe/Zurich',
    channels: 6,
    postsPerMonth: 12,
    months: 14,
  })
  await givePictures(workspaceId)
  await app.sql`update account_snapshots set day = (taken_at - interval '2 days')::date, views = 900 + followers % 97, reach = 500 + followers % 89`
  const [one] = await app.sql<
    { id: string }[]
  >`select id from channels where platform = 'tiktok' order by account_id limit 1`
  const [best] = await app.sql<{ id: string }[]>`
    select t.post_id as id from measured_targets m join targets t on t.id = m.target_id where t.platform = 'instagram' and m.published_at < now() - interval '20 days'
    order by m.published_at desc limit 1`
  channel = one!.id
  post = best!.id
}, 120_000)

const givePictures = async (workspaceId: string): Promise<void> => {
  for (const color of ['#8c3b22', '#1f3a5f', '#c9a227', '#3d5a40']) {
    const id = await addMedia(app.deps, workspaceId, app.cast.admin.id)
    const bytes = await makeJpeg({ width: 320, height: 320, color })
    await app.deps.mediaStore.put(`${id}.jpg`, Readable.from([bytes]))
    await app.sql`update media set thumbnail_key = ${`${id}.jpg`} where id = ${id}`
  }
  await app.sql`
    insert into post_media (post_id, media_id, workspace_id, position)
    select p.id, (array(select id from media order by id))[1 + (row_number() over ()) % 4], ${workspaceId}, 1 from posts p`
}

const pages = (): [string, string][] => [
  ['workspace', '/w/northside/insights'],
  ['channel', `/w/northside/insights/${channel}?range=90d`],
  ['days', '/w/northside/insights?from=2026-11-09&to=2026-11-01'],
  ['filtered', '/w/northside/insights?platform=instagram&format=image'],
  ['nothing', '/w/northside/insights?platform=tiktok&format=story'],
  ['post', `/w/northside/posts/${post}`],
]

describe('insights', () => {
  for (const look of ['light', 'dark', 'phone'] as const)
    test(`pass axe and fit their window: ${look}`, async () => {
      const viewport = look === 'phone' ? { width: 390, height: 844 } : { width: 1280, height: 900 }
      const { page, context } = await open({
        viewport,
        colorScheme: look === 'dark' ? 'dark' : 'light',
      })
      for (const [name, path] of pages()) {
        await page.goto(url + path)
        const found = await page.evaluate(
          `(async () => { ${axe}; const found = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] });
            return { faults: found.violations.map((one) => one.id + ' ' + one.nodes.map((node) => node.target).join(' ')), checks: found.passes.length } })()`,
        )
        expect([name, found]).toEqual([name, { faults: [], checks: expect.any(Number) }])
        expect((found as { checks: number }).checks).toBeGreaterThan(8)
        expect([
          name,
          await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
        ]).toEqual([name, true])
        if (screens)
          await page.screenshot({ path: `${screens}/${name}-${look}.png`, fullPage: true })
      }
      await context.close()
    }, 90_000)

  test('work without scripts: ranges are links, days are a form, tables open, and nothing needs a script', async () => {
    const { page, context } = await open({ javaScriptEnabled: false })
    await page.goto(`${url}/w/northside/insights`)
    await page.getByRole('link', { name: '90 days' }).click()
    await page.waitForURL('**/insights?range=90d')
    await page.locator('.chart-card summary').first().click()
    expect(await page.locator('.chart-card tbody').first().locator('tr').count()).toBe(90)
    expect(await page.getByRole('button', { name: 'Print' }).count()).toBe(0)
    await page.getByText('Other days').click()
    await page.getByLabel('First day').fill('2020-01-01')
    await page.getByRole('button', { name: 'Show' }).click()
    await page.getByText('Numbers are kept for 24 months, so the range starts there.').waitFor()
    await context.close()
  }, 60_000)

  for (const javaScriptEnabled of [true, false])
    test(`are limited to a platform and a format by keyboard, ${javaScriptEnabled ? 'in place' : 'without scripts'}`, async () => {
      const { page, context } = await open({
        javaScriptEnabled,
        viewport: { width: 320, height: 640 },
      })
      await page.goto(`${url}/w/northside/insights?range=90d&metric=likes`)
      if (javaScriptEnabled) await page.evaluate('window.stayed = true')
      await page.getByLabel('Platform', { exact: true }).focus()
      await page.keyboard.type('Instagram')
      await page.keyboard.press('Tab')
      await page.keyboard.type('Picture')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      await page.waitForURL('**/insights?range=90d&metric=likes&platform=instagram&format=image')
      await page.getByRole('link', { name: 'Clear filters' }).waitFor()
      expect(await page.locator('.insight-line').textContent()).toContain('Instagram · Picture')
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
      if (javaScriptEnabled) {
        expect(await page.evaluate('window.stayed'), 'the page was not loaded again').toBe(true)
        expect(await page.evaluate('document.activeElement.id')).toBe('filter-show')
        await page.getByRole('slider', { name: /Likes per day/ }).waitFor()
      }
      await page.getByRole('link', { name: 'Clear filters' }).click()
      await page.waitForURL('**/insights?range=90d&metric=likes')
      await context.close()
    }, 60_000)

  test('announce one value after another in words with the arrow keys, and Esc closes them', async () => {
    const { page, context } = await open()
    await page.goto(`${url}/w/northside/insights`)
    const slider = page.getByRole('slider', { name: /Views per day.*single values/ })
    const tip = page.locator('.chart-tip').first()
    await slider.focus()
    const last = await tip.textContent()
    expect(last).toMatch(/^\w{3} \d+ \w{3}.*: [\d,]+|no number/)
    expect(await slider.getAttribute('aria-valuetext')).toBe(last)
    await page.keyboard.press('ArrowLeft')
    expect(await tip.textContent()).not.toBe(last)
    expect(await tip.isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    expect(await tip.isVisible()).toBe(false)
    expect(await page.locator('.tip title').count(), 'no tooltip that only a mouse can read').toBe(
      0,
    )
    expect(await page.locator('.insight-line p').first().textContent()).toMatch(
      /^\d+ \w+( \d{4})? – \d+ \w+ \d{4}, compared with \d+ \w+/,
    )
    await context.close()
  }, 60_000)

  test('print as a report with the workspace, the dates and the time of the numbers, without menus or buttons', async () => {
    const { page, context } = await open({ colorScheme: 'dark' })
    await page.goto(`${url}/w/northside/insights`)
    expect(await page.getByRole('button', { name: 'Print' }).count()).toBe(1)
    await page.emulateMedia({ media: 'print' })
    const text = (await page.evaluate('document.body.innerText')) as string
    expect(text).toMatch(
      /Northside Records[\s\S]*All connected accounts · .* · numbers taken \d+ \w+ \d{4}, \d\d:\d\d \(Europe\/Zurich\)/,
    )
    expect(text).not.toMatch(/Sign out|Show as a table|90 days/)
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(
      'rgb(255, 255, 255)',
    )
    if (screens) {
      await page.setViewportSize({ width: 794, height: 1123 })
      await page.screenshot({ path: `${screens}/print.png`, fullPage: true })
    }
    const pdf = await page.pdf({
      format: 'A4',
      printBackground: true,
      ...(screens ? { path: `${screens}/report.pdf` } : {}),
    })
    const sheets = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0
    expect(sheets).toBeGreaterThan(0)
    expect(sheets).toBeLessThan(6)
    await context.close()
  }, 60_000)
})
