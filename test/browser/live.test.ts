import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { dateOf } from '../../web/time/wall-time.ts'
import { password } from '../support/app.ts'
import { launchBrowser, shoot } from '../support/browser/browser.ts'
import { insertTarget } from '../support/connected.ts'
import { type ConnectingApp, createConnectingApp } from '../support/connecting-app.ts'
import { connectAll } from '../support/posts.ts'

let test: ConnectingApp
let page: Page
let target: { postId: string; targetId: string }
/** When the calendar in the browser fetched its grid again. */
const fetchedMs: number[] = []

beforeAll(async () => {
  test = await createConnectingApp()
  const workspaceId = test.workspaces.northside
  const { facebook } = await connectAll(test.deps, { workspaceId, userId: test.cast.admin.id })
  target = await insertTarget(test.deps, { workspaceId, channelId: facebook, platform: 'facebook' })
  const dueAt = new Date(Date.now() + 3_600_000)
  await moveTo(dueAt)
  page = await (await launchBrowser()).newPage()
  page.on('request', (request) => {
    if (request.url().includes('part=grid')) fetchedMs.push(performance.now())
  })
  await page.goto(`${test.url}/sign-in?next=/account`)
  await page.fill('[name=email]', test.cast.manager.email)
  await page.fill('[name=password]', password)
  await page.click('form[action="/sign-in"] button:has-text("Sign in")')
  // The post's own week: on a Sunday evening that is the next one.
  await page.goto(`${test.url}/w/northside/calendar?view=week&at=${dateOf(dueAt, 'Europe/Zurich')}`)
  await page.waitForRequest(/part=grid/) // the page refreshes once when its stream starts
  await pause(6_000)
  fetchedMs.length = 0
})

const moveTo = async (at: Date) => {
  await test.sql`update posts set due_at = ${at} where id = ${target.postId}`
  await test.sql`update targets set due_at = ${at} where id = ${target.targetId}`
}
const touch = () =>
  test.sql`update targets set waiting_for = clock_timestamp()::text where id = ${target.targetId}`

it('a page refreshes soon after a change on a day it shows', { timeout: 20_000 }, async () => {
  await test.sql`update targets set state = 'published' where id = ${target.targetId}`
  await page.waitForSelector(`#post-${target.postId} :text("published")`, { timeout: 10_000 })
  expect(fetchedMs.length).toBe(1)
  await shoot(page, 'calendar-week-live')
})

it('with constant changes it keeps refreshing, but only every few seconds', {
  timeout: 40_000,
}, async () => {
  await pause(6_000)
  fetchedMs.length = 0
  const startedAt = performance.now()
  while (performance.now() - startedAt < 12_000) {
    await touch()
    await pause(150)
  }
  expect(fetchedMs.length).toBeGreaterThanOrEqual(2)
  expect(fetchedMs.length).toBeLessThanOrEqual(4)
})

it('a change on a day it does not show causes no refresh', { timeout: 40_000 }, async () => {
  await moveTo(new Date(Date.now() + 60 * 86_400_000))
  await page.waitForSelector(`#post-${target.postId}`, { state: 'detached', timeout: 15_000 })
  await pause(7_000)
  fetchedMs.length = 0
  for (let n = 0; n < 5; n += 1) {
    await touch()
    await pause(400)
  }
  await pause(3_000)
  expect(fetchedMs).toEqual([])
})
