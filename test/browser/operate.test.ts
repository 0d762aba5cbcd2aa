import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../local/ports.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { launchBrowser, shoot } from '../support/browser/browser.ts'
import { listenUntilTheEnd, signInAs } from '../support/browser/stage.ts'
import { testConfig } from '../support/config.ts'
import { withoutTemporal } from '../support/without-temporal.ts'

let house: TestApp
let url: string
let browser: Browser
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

beforeAll(async () => {
  const port = await freePort()
  url = `http://localhost:${port}`
  const config = testConfig({ PUBLIC_URL: url, TEMPORAL_UI_URL: 'http://127.0.0.1:9' })
  house = await createTestApp({ config, temporal: { ...withoutTemporal, troubled: async () => 2 } })
  await house.sql`insert into outbox (kind, ref_id, created_at, tries) values ('report-mail', gen_random_uuid(), now() - interval '9 minutes', 4)`
  await house.sql`insert into sweeps (rule, removed, left_count, duration_ms, at) values ('media', 1, 2, 3, now() - interval '3 days')`
  await house.sql`update users set deactivated_at = now(), deactivated_by = 'admin' where id = ${house.cast.manager.id}`
  listenUntilTheEnd(house, port)
  browser = await launchBrowser()
}, 60_000)

describe('promise S4: what operators see of the installation', () => {
  test('health, figures, rules and named problems, but no workspace content', async () => {
    const { text } = await house.cast.operator.get('/operate')
    for (const words of [
      'PostgreSQL',
      'Worker',
      'Emails have failed repeatedly',
      'Workflows in trouble',
      '1 file deleted, 2 left',
      'late',
    ])
      expect(text).toContain(words)
    expect(text).toContain('href="/temporal/"')
    house.clock.moveBy(80_000)
    expect((await house.cast.operator.get('/operate')).text).toContain('No worker is running')
    house.clock.moveBy(-80_000)
    const people = (await house.cast.operator.get('/operate/people')).text
    for (const words of ['Olive Operator', 'ada.admin@example.com', 'deactivated'])
      expect(people).toContain(words)
  })

  for (const look of ['light', 'dark', 'phone'] as const)
    test(`passes axe and fits its window: ${look}`, { timeout: 60_000 }, async () => {
      const viewport = look === 'phone' ? { width: 390, height: 844 } : { width: 1280, height: 900 }
      const context = await browser.newContext({
        viewport,
        colorScheme: look === 'dark' ? 'dark' : 'light',
      })
      await signInAs(context, house.cast.operator)
      const page = await context.newPage()
      for (const path of ['/operate', '/operate/people']) {
        await page.goto(url + path)
        const faults = await page.evaluate(
          `(async () => { ${axe}; const found = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] });
            return found.violations.map((one) => one.id + ' ' + one.nodes.map((node) => node.target).join(' ')) })()`,
        )
        expect([path, faults]).toEqual([path, []])
        expect([
          path,
          await page.evaluate('document.documentElement.scrollWidth <= innerWidth'),
        ]).toEqual([path, true])
        await shoot(page, `${path.slice(1).replace('/', '-')}-${look}`)
      }
      await context.close()
    })
})
