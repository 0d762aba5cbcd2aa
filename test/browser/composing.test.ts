import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import type { TestApp } from '../support/app.ts'
import { type Stage, startStage } from '../support/browser/stage.ts'
import { addMedia, connectAll, type PlatformName, photoForm, postIdIn } from '../support/posts.ts'
import { pickTime } from './steps.ts'

let app: TestApp
let url: string
let openIn: Stage['open']
let channels: Record<PlatformName, string>

beforeAll(async () => {
  ;({ app, url, open: openIn } = await startStage())
  channels = await connectAll(app.deps, {
    workspaceId: app.workspaces.northside,
    userId: app.cast.admin.id,
  })
}, 60_000)

type Options = { dark?: boolean; phone?: boolean; beforeListening?: () => Promise<unknown> }
const open = async (path: string, options: Options = {}): Promise<Page> => {
  const { page } = await openIn({
    colorScheme: options.dark ? 'dark' : 'light',
    viewport: options.phone ? { width: 390, height: 844 } : { width: 1280, height: 900 },
  })
  await page.route('**/events', async (route) => {
    await options.beforeListening?.()
    await route.continue()
  })
  await page.goto(url + path)
  return page
}
const image = () => addMedia(app.deps, app.workspaces.northside, app.cast.manager.id)
const filesIn = (page: Page) =>
  page
    .locator('#file-list > .file input[name=media]')
    .evaluateAll((inputs) => inputs.map((input) => (input as { value?: string }).value))
const scheduled = async (time = '2099-11-26T10:00', text = 'Twenty sleeves') => {
  const form = photoForm({
    channels: [channels.facebook, channels.instagram],
    media: [await image()],
    time,
    text,
  })
  return postIdIn(
    (await app.cast.manager.post('/w/northside/posts', new URLSearchParams(form))).location,
  )
}

describe('the composer', () => {
  test('shows fields and kinds when an account is ticked, and keeps typed text while checks run', async () => {
    const page = await open('/w/northside/posts/new')
    await page.locator(`label:has(#channel-${channels.tiktok})`).click()
    await page.waitForSelector('select.audience')
    expect(await page.locator('select.audience').inputValue()).toBe('')
    await page
      .locator('#text')
      .pressSequentially('Typed slowly enough for several checks to come back meanwhile', {
        delay: 30,
      })
    await page.waitForTimeout(1_200)
    expect(await page.inputValue('#text')).toBe(
      'Typed slowly enough for several checks to come back meanwhile',
    )
    const counter = page.locator('#text-counters li')
    const limit = Number(await counter.getAttribute('data-limit'))
    expect(await counter.getAttribute('data-left')).toBe(String(limit - 61))
    await page.context().close()
  })

  test('lets files be picked and reordered by button and by dragging, and keeps their alt texts', async () => {
    const [a, b, c] = [await image(), await image(), await image()]
    const page = await open('/w/northside/posts/new')
    await page.click('#picker summary')
    for (const id of [a, b, c]) {
      await page.check(`#add-${id}`)
      await page.waitForSelector(`#file-${id}`)
    }
    expect(await filesIn(page)).toEqual([a, b, c])
    await page.click(`#open-${b}`)
    await page.fill(`#alt-${b}`, 'the second sleeve')
    await page.click(`#open-${c}`)
    await page.click(`#about-${c} [value^="up:"]`)
    await expect.poll(() => filesIn(page)).toEqual([a, c, b])
    await page
      .locator(`#file-${b} .thumb`)
      .dragTo(page.locator(`#file-${a} .thumb`), { targetPosition: { x: 5, y: 50 } })
    await expect.poll(() => filesIn(page)).toEqual([b, a, c])
    await page.waitForTimeout(800)
    expect(await filesIn(page)).toEqual([b, a, c])
    expect(await page.inputValue(`#alt-${b}`)).toBe('the second sleeve')
    await page.locator(`#open-${b}`).press('Alt+ArrowRight')
    await expect.poll(() => filesIn(page)).toEqual([a, b, c])
    expect(await page.locator('#counted').textContent()).toBe('Picture is now 2 of 3.')
    await page.keyboard.press('Alt+ArrowRight')
    await expect.poll(() => filesIn(page)).toEqual([a, c, b])
    await page.context().close()
  })

  test('asks which hour is meant when it happens twice', async () => {
    const page = await open('/w/northside/posts/new')
    await pickTime(page, '2099-10-25T02:30')
    await page.click('#when-open')
    await page.waitForSelector('#fold-later')
    expect(await page.locator('#when').textContent()).toContain(
      '02:30 happens twice on 25 October 2099',
    )
    await page.context().close()
  })
})

describe('updates without reloading', () => {
  test('the page of a post shows a new state of a target', async () => {
    const id = await scheduled()
    const page = await open(`/w/northside/posts/${id}`)
    await page.waitForTimeout(500)
    await app.sql`update targets set state = 'processing', waiting_for = 'Facebook to finish processing' where post_id = ${id} and platform = 'facebook'`
    await page.getByText('Facebook to finish processing').waitFor()
    expect(await page.locator('#status .head .pill').textContent()).toBe('publishing')
    await page.context().close()
  })

  // In the month, only the first posts of a day are shown, so this one has a day of its own.
  test.each([
    ['posts/:id', '2099-11-26'],
    ['calendar?view=list&at=2099-11-26', '2099-11-26'],
    ['calendar?at=2099-11', '2099-11-24'],
  ])('%s: changes made before the page starts listening are not missed', async (path, day) => {
    const id = await scheduled(`${day}T10:00`)
    const changes = () => app.sql`update targets set state = 'failed' where post_id = ${id}`
    const page = await open(`/w/northside/${path.replace(':id', id)}`, {
      beforeListening: changes,
    })
    await page
      .locator(path.startsWith('posts') ? '#status' : `#post-${id}`)
      .getByText('failed')
      .first()
      .waitFor()
    await page.context().close()
  })

  test('dragging a post to another day keeps its time of day', async () => {
    const id = await scheduled('2099-12-10T17:15')
    const page = await open('/w/northside/calendar?at=2099-12')
    await page.locator(`#post-${id}`).dragTo(page.locator('[data-slot="2099-12-15"]'))
    await page.locator('.toast').waitFor()
    expect(await page.locator('.toast').textContent()).toContain(
      'Rescheduled for Tue 15 Dec 2099 17:15',
    )
    const moved = page.locator(`[data-slot="2099-12-15"] #post-${id}:not(.moved)`)
    await moved.waitFor()
    expect(await moved.textContent()).toContain('17:15')
    await page.context().close()
  })

  test('dragging to a time that does not exist shows the reason and moves nothing', async () => {
    const id = await scheduled('2099-03-10T02:30')
    const page = await open('/w/northside/calendar?at=2099-03')
    // Both days are in sight: a page that scrolls between press and move starts no drag.
    await page.setViewportSize({ width: 1280, height: 1400 })
    await page.locator(`#post-${id}`).dragTo(page.locator('[data-slot="2099-03-29"]'))
    await page.locator('.toast').waitFor()
    expect(await page.locator('.toast').textContent()).toContain(
      '02:30 does not exist on 29 March 2099',
    )
    expect(await page.locator(`[data-slot="2099-03-10"] #post-${id}`).count()).toBe(1)
    expect(await page.locator('[data-slot="2099-03-29"] .chip').count()).toBe(0)
    await page.context().close()
  })
})

describe('accessibility', () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  const pages = [
    'calendar?at=2099-11',
    'calendar?view=week&at=2099-11-26',
    'calendar?view=list&at=2099-11-26',
    'today',
    'posts/new',
    'posts/:id',
    'posts/:id/edit',
    'posts/:id/move',
  ]

  test.each(pages)(
    '%s: no violations in both themes, no sideways scrolling on a phone',
    async (path) => {
      const id = await scheduled(
        '2099-11-26T10:00',
        `${'A long title of a long evening '.repeat(4)}${'Schallplatten'.repeat(12)}`,
      )
      for (const look of [{}, { dark: true }, { phone: true }]) {
        const page = await open(`/w/northside/${path.replace(':id', id)}`, look)
        // At the end of the page the composer's bar, which stays in sight, is over nothing.
        await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)')
        await page.evaluate(axe)
        const found = (await page.evaluate(
          `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })`,
        )) as {
          violations: { id: string; nodes: { html: string }[] }[]
        }
        expect(found.violations.map((one) => [one.id, one.nodes[0]?.html])).toEqual([])
        const sideways = () =>
          page.evaluate(
            'document.documentElement.scrollWidth - document.documentElement.clientWidth',
          )
        expect(await sideways()).toBe(0)
        if (look.phone) await page.setViewportSize({ width: 320, height: 700 })
        expect(await sideways(), 'on the narrowest phone').toBe(0)
        await page.context().close()
      }
    },
  )
})
