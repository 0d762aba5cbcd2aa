import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { shoot } from '../../support/browser/browser.ts'
import { holdAt } from '../../support/browser/hold.ts'
import { type Stage, startStage } from '../../support/browser/stage.ts'
import { connectAll, type PlatformName, photoForm, postIdIn } from '../../support/posts.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Tuesday, 9:30 where the workspace is. */
const now = Date.parse('2099-11-10T08:30:00Z')
let stage: Stage
let channels: Record<PlatformName, string>

beforeAll(async () => {
  stage = await startStage({ now: () => now })
  const { app } = stage
  channels = await connectAll(app.deps, {
    workspaceId: app.workspaces.northside,
    userId: app.cast.admin.id,
  })
}, 60_000)

const calendar = (view: string, at = '2099-11-11') =>
  `${stage.url}/w/northside/calendar?view=${view}&at=${at}`
const open = async (address: string, options?: Parameters<Stage['open']>[0]): Promise<Page> => {
  const { page } = await stage.open(options)
  await page.goto(address)
  return page
}
const scheduled = async (text: string, time: string) => {
  const form = photoForm({ channels: [channels.facebook], media: [], text, time })
  const { manager } = stage.app.cast
  const { location } = await manager.post('/w/northside/posts', new URLSearchParams(form))
  return postIdIn(location)
}
const wallTime = async (id: string) =>
  (
    await stage.app.sql<{ at: string }[]>`
      select to_char(due_at at time zone 'Europe/Zurich', 'YYYY-MM-DD HH24:MI') as at
      from posts where id = ${id}`
  )[0]?.at
const setPerson = (fields: Record<string, unknown>) =>
  stage.app.sql`update users set ${stage.app.sql(fields)} where id = ${stage.app.cast.manager.id}`

describe('the week of the calendar', () => {
  test('a refused time is explained, and the post stays', async () => {
    const id = await scheduled('Dropped in the past', '2099-11-10T14:00')
    const page = await open(calendar('week'))
    await holdAt(page, id, '2099-11-10', 60)
    await page.mouse.up()
    await page.getByText('Not moved. This time has passed. Choose a later one.').waitFor()
    expect(await wallTime(id)).toBe('2099-11-10 14:00')
    expect(await page.locator('.drop-ghost, .dragged').count()).toBe(0)
    await page.context().close()
  })
})

describe('free slots in the week', () => {
  test('are links to write for their time, with their accounts, unless a post has taken them', async () => {
    const { sql, workspaces } = stage.app
    for (const time of ['12:00', '18:30'])
      await sql`
        insert into slots (workspace_id, channel_id, weekday, wall_time)
        values (${workspaces.northside}, ${channels.facebook}, 4, ${time})`
    await scheduled('Has taken its slot', '2099-11-12T12:00')
    const page = await open(calendar('week'))
    const free = page.locator('[data-slot="2099-11-12"] .free-slot a')
    expect(await free.count()).toBe(1)
    expect(await free.getAttribute('href')).toBe('/w/northside/posts/new?at=2099-11-12T18:30')
    expect(await free.getAttribute('title')).toMatch(/^Free slot: \S/)
    expect(await page.locator('[data-slot="2099-11-10"] .free-slot').count()).toBe(0)
    await sql`delete from slots`
    await page.context().close()
  })
})

describe('the strip of days on a phone', () => {
  test('is swiped to the week after', async () => {
    const page = await open(calendar('list'), {
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
    })
    const strip = page.locator('.week-strip')
    const at = (clientX: number) => [{ identifier: 1, clientX, clientY: 100 }]
    await strip.dispatchEvent('touchstart', { touches: at(300), changedTouches: at(300) })
    await strip.dispatchEvent('touchend', { touches: [], changedTouches: at(120) })
    await page.waitForURL(/at=2099-11-18/)
    await page.context().close()
  })
})

test('the week on a phone shows three days from the chosen one on, and the others are swiped', async () => {
  const page = await open(calendar('week'), { viewport: { width: 390, height: 844 } })
  const seen = () =>
    page.evaluate(`(() => { const box = document.querySelector('.hours').getBoundingClientRect()
      const names = document.querySelector('.hour-names').getBoundingClientRect()
      return [...document.querySelectorAll('.hour-day')].map((day) => [day.querySelector('h2').id, day.getBoundingClientRect()])
        .filter(([, { left, right }]) => left > names.right - 3 && right < box.right + 3).map(([id]) => id) })()`)
  expect(await seen()).toEqual(['day-2099-11-11', 'day-2099-11-12', 'day-2099-11-13'])
  await page.locator('.hours').evaluate((hours) => hours.scrollTo({ left: hours.scrollWidth }))
  await expect.poll(seen).toEqual(['day-2099-11-13', 'day-2099-11-14', 'day-2099-11-15'])
  await page.context().close()
})

describe('the calendar by keyboard', () => {
  test('arrows go from day to day, M moves a post and / searches, unless keys are off', async () => {
    const id = await scheduled('Under the keys', '2099-12-09T10:00')
    const page = await open(calendar('month', '2099-12-01'))
    const day = () => page.evaluate(`document.activeElement.closest('[data-slot]')?.dataset.slot`)
    await page.locator(`#post-${id} .chip-link`).focus()
    for (const [key, date] of [
      ['ArrowRight', '2099-12-10'],
      ['ArrowUp', '2099-12-03'],
      ['ArrowLeft', '2099-12-02'],
      ['ArrowDown', '2099-12-09'],
    ] as const) {
      await page.keyboard.press(key)
      expect([key, await day()]).toEqual([key, date])
    }
    await page.keyboard.press('/')
    expect(await page.evaluate('document.activeElement.id')).toBe('search')
    await page.keyboard.type('/m')
    expect(await page.inputValue('#search')).toBe('/m')
    await setPerson({ has_shortcuts: false })
    await page.reload()
    await page.locator(`#post-${id} .chip-link`).focus()
    await page.keyboard.press('/')
    expect(await day()).toBe('2099-12-09')
    await setPerson({ has_shortcuts: true })
    await page.keyboard.press('m')
    await page.waitForURL(/\/move\?/)
    await page.context().close()
  })

  test('the drafts are hidden, stay hidden on the next page, and come back', async () => {
    const draft = {
      channels: [channels.facebook],
      media: [],
      text: 'Beside',
      time: '',
      act: 'save',
    }
    const { manager } = stage.app.cast
    await manager.post('/w/northside/posts', new URLSearchParams(photoForm(draft)))
    const page = await open(calendar('month'))
    await page.getByRole('button', { name: 'Hide the drafts' }).press('Enter')
    const show = page.getByRole('button', { name: 'Show drafts' })
    expect(await show.evaluate((button) => button.matches(':focus'))).toBe(true)
    await page.reload()
    expect(await page.locator('#rail').isVisible()).toBe(false)
    await show.press('Enter')
    await page.getByRole('button', { name: 'Hide the drafts' }).waitFor()
    await page.context().close()
  })
})

test('the month has its numbers where the names of the weekdays begin', async () => {
  const page = await open(calendar('month'))
  const leftOf = (selector: string) =>
    page.evaluate(`(() => { const words = document.createRange()
      words.selectNodeContents(document.querySelector('.calendar.month ' + ${JSON.stringify(selector)}))
      return Math.round(words.getBoundingClientRect().left) })()`)
  const name = Number(await leftOf('th'))
  expect(
    Math.abs(Number(await leftOf('[data-slot="2099-11-16"] .day-number .short')) - name),
  ).toBeLessThan(3)
  await shoot(page, 'calendar-month-desktop')
  await page.context().close()
})

test('the line for now is at the minute', async () => {
  const page = await open(calendar('week'))
  const column = await page.locator('.hour-names .hour-column').boundingBox()
  const line = await page.locator('.now-line > i').boundingBox()
  expect(Math.round((line?.y ?? 0) + 1 - (column?.y ?? 0))).toBe(90)
  expect(await page.locator('.now-time').innerText()).toBe('09:30')
  await page.context().close()
})

test.each(['light', 'dark'] as const)(
  'passes axe and reflows at 320 px: %s',
  async (colorScheme) => {
    const page = await open(calendar('month'), { colorScheme })
    for (const width of [1280, 320])
      for (const view of ['month', 'week', 'list']) {
        await page.setViewportSize({ width, height: 800 })
        await page.goto(calendar(view))
        const faults = await page.evaluate(
          `(async () => { ${axe}; const found = await axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] });
          return found.violations.map((one) => one.id + ' ' + one.nodes.map((node) => node.target).join(' ')) })()`,
        )
        const fits = await page.evaluate('document.documentElement.scrollWidth <= innerWidth')
        expect([view, width, faults, fits]).toEqual([view, width, [], true])
        await shoot(page, `calendar-${view}-${width}-${colorScheme}`)
      }
    await page.context().close()
  },
  90_000,
)
