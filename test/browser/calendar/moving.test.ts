import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import type { TestApp } from '../../support/app.ts'
import { shoot } from '../../support/browser/browser.ts'
import { holdAt } from '../../support/browser/hold.ts'
import { type Stage, startStage } from '../../support/browser/stage.ts'
import { connectAll, type PlatformName, photoForm, postIdIn } from '../../support/posts.ts'

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

const open = async (
  path: string,
  look: { dark?: boolean; phone?: boolean } = {},
): Promise<Page> => {
  const { page } = await openIn({
    colorScheme: look.dark ? 'dark' : 'light',
    viewport: look.phone ? { width: 390, height: 844 } : { width: 1280, height: 900 },
  })
  await page.goto(url + path)
  return page
}
const scheduled = async (text: string, time: string) => {
  const form = photoForm({ channels: [channels.facebook], media: [], text, time })
  return postIdIn(
    (await app.cast.manager.post('/w/northside/posts', new URLSearchParams(form))).location,
  )
}
const dueAt = async (id: string) =>
  (
    await app.sql<{ dueAt: Date }[]>`select due_at from posts where id = ${id}`
  )[0]?.dueAt.toISOString()
const month = '/w/northside/calendar?view=month&at=2099-11-01'
const dragTo = (page: Page, id: string, date: string) =>
  page.locator(`#post-${id}`).dragTo(page.locator(`[data-slot="${date}"]`))

describe('dragging a post on the calendar', () => {
  test('in the week, it is dropped at a quarter hour, Shift makes it 5 minutes, and Z takes it back', async () => {
    const id = await scheduled('Dropped at an hour', '2099-11-11T10:00')
    const page = await open('/w/northside/calendar?view=week&at=2099-11-11')
    await holdAt(page, id, '2099-11-12', 64)
    await expect.poll(() => page.locator('.drop-ghost p').innerText()).toBe('Thu, 09:00')
    await page.mouse.up()
    await page.getByRole('button', { name: 'Undo' }).waitFor()
    expect(await dueAt(id)).toBe('2099-11-12T08:00:00.000Z')
    await page.locator(`[data-slot="2099-11-12"] #post-${id}`).waitFor()
    expect(await page.locator('.drop-ghost').count()).toBe(0)
    await page.keyboard.press('z')
    await page.getByText('Moved back, scheduled for Wed 11 Nov 2099 10:00').waitFor()
    expect(await dueAt(id)).toBe('2099-11-11T09:00:00.000Z')
    await page.locator(`[data-slot="2099-11-11"] #post-${id}`).waitFor()

    await app.sql`update users set hours = 12 where id = ${app.cast.manager.id}`
    await page.reload()
    await page.keyboard.down('Shift')
    await holdAt(page, id, '2099-11-12', 364)
    await expect.poll(() => page.locator('.drop-ghost p').innerText()).toBe('Thu, 2:05 PM')
    await shoot(page, 'calendar-drop')
    await page.mouse.up()
    await page.keyboard.up('Shift')
    await page.getByRole('button', { name: 'Undo' }).waitFor()
    expect(await dueAt(id)).toBe('2099-11-12T13:05:00.000Z')
    await app.sql`update users set hours = 24 where id = ${app.cast.manager.id}`
    await page.context().close()
  })

  test('can be undone on the page that it leads to', async () => {
    const id = await scheduled('Dragged and taken back', '2099-11-05T10:00')
    const page = await open(month)
    await dragTo(page, id, '2099-11-12')
    await page.getByRole('button', { name: 'Undo' }).waitFor()
    expect(await dueAt(id)).toBe('2099-11-12T09:00:00.000Z')
    await shoot(page, 'undo')
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText('Moved back, scheduled for Thu 5 Nov 2099 10:00').waitFor()
    expect(await dueAt(id)).toBe('2099-11-05T09:00:00.000Z')
    await page.context().close()
  })

  test('shows an error while offline, and the post stays where it was', async () => {
    const id = await scheduled('Dragged offline', '2099-11-06T10:00')
    const page = await open(month)
    await page.context().setOffline(true)
    await dragTo(page, id, '2099-11-13')
    await page.getByText('No connection. The post wasn’t moved.').waitFor()
    expect(await page.locator(`[data-slot="2099-11-06"] #post-${id}`).count()).toBe(1)
    await shoot(page, 'offline')
    await page.context().setOffline(false)
    expect(await dueAt(id)).toBe('2099-11-06T09:00:00.000Z')
    await page.context().close()
  })

  test('shows where the post is now if somebody else moved it, and does not move it', async () => {
    const id = await scheduled('Dragged by two', '2099-11-07T10:00')
    const page = await open(month)
    await page.route('**/calendar/events', (route) => route.abort())
    await page.reload()
    await app.cast.admin.post(`/w/northside/posts/${id}/move`, { time: '2099-11-20T10:00' })
    await dragTo(page, id, '2099-11-14')
    await page.getByText('Someone changed this post, so it wasn’t moved.').waitFor()
    await page.locator(`[data-slot="2099-11-20"] #post-${id}`).waitFor()
    expect(await dueAt(id)).toBe('2099-11-20T09:00:00.000Z')
    await page.context().close()
  })
})

describe('a form that is older than the last change', () => {
  test('keeps what was typed and can be submitted again', async () => {
    const id = await scheduled('As it was scheduled', '2099-11-08T10:00')
    const page = await open(`/w/northside/posts/${id}/edit`)
    await app.cast.admin.post(`/w/northside/posts/${id}/cancel`)
    await page.fill('#text', 'With a typo corrected')
    await page.waitForTimeout(1_500)
    await page.getByRole('button', { name: /^Schedule again|^Save/ }).click()
    await page.getByText('This post changed while you were editing it.').waitFor()
    expect(await page.inputValue('#text')).toBe('With a typo corrected')
    await shoot(page, 'older-edit')
    await page.getByRole('button', { name: /^Schedule again/ }).click()
    await page
      .getByRole('status')
      .getByText('Scheduled for Sun 8 Nov 2099 10:00: Facebook.')
      .waitFor()
    await page.context().close()
  })

  test.each([{}, { dark: true }, { phone: true }])('opens for screenshots: %j', async (look) => {
    const name = Object.keys(look)[0] ?? 'light'
    const id = await scheduled(`Seen in ${name}`, '2099-11-09T10:00')
    const page = await open(`/w/northside/posts/${id}`, look)
    await app.cast.admin.post(`/w/northside/posts/${id}/move`, { time: '2099-11-21T10:00' })
    await app.sql`update channels set state = 'reconnect' where id = ${channels.instagram}`
    for (const [path, shot] of [
      ['/w/northside/today', 'today'],
      ['/w/northside/channels', 'accounts'],
      [`/w/northside/posts/${id}/edit`, 'composer'],
    ] as const) {
      await page.goto(url + path)
      await shoot(page, `${shot}-${name}`)
    }
    await app.sql`update channels set state = 'connected' where id = ${channels.instagram}`
    expect(await page.title()).toContain('CrateSocial')
    await page.context().close()
  })
})
