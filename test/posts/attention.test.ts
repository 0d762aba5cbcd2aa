import { beforeAll, describe, expect, it } from 'vitest'
import { notify } from '../../db/notifications/notifications.ts'
import { progressWords } from '../../web/posts/progress-words.ts'
import { formats } from '../../web/time/formats.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'
import { european } from '../support/european.ts'

let test: TestApp
let grants: string[]
let failed: { postId: string; targetId: string }
const workspaceId = () => test.workspaces.northside

beforeAll(async () => {
  test = await createTestApp()
  const who = { workspaceId: workspaceId(), userId: test.cast.admin.id }
  const lost = await insertChannel(test.deps, {
    ...who,
    platform: 'facebook',
    name: 'Northside Records',
  })
  const ending = await insertChannel(test.deps, {
    ...who,
    platform: 'instagram',
    name: 'Northside Café',
  })
  grants = [lost.grantId, ending.grantId]
  await test.sql`update grants set state = 'reauthorize' where id = ${lost.grantId}`
  await test.sql`update grants set expires_at = now() + interval '3 days' where id = ${ending.grantId}`
  failed = await insertTarget(test.deps, {
    workspaceId: workspaceId(),
    channelId: ending.channelId,
    platform: 'instagram',
  })
  await test.sql`update targets set state = 'failed' where id = ${failed.targetId}`
})

const page = async (path: string, who: 'manager' | 'admin' = 'manager') =>
  (await test.cast[who].get(path)).text
const needs = (html: string): string =>
  html.split('<section id="needs"')[1]?.split('</section>')[0] ?? ''

describe('what needs attention', () => {
  it('is one line on every page that links to the list on Today', async () => {
    for (const path of ['/w/northside/calendar', '/w/northside/media', '/w/northside/notices']) {
      const html = await page(path)
      expect(html).toContain('3 items need attention')
      expect(html).toContain('href="/w/northside/today#needs"')
    }
  })

  it('is listed in full on Today, where the line links to', async () => {
    const list = needs(await page('/w/northside/today'))
    expect(list.match(/<div class="need">/g)).toHaveLength(3)
    expect(list).toContain('Northside Records needs to be reconnected')
    expect(list).toContain('The connection has expired. No posts are scheduled for it.')
    expect(list).toContain('“Twenty crates” was rejected for Northside Café')
    expect(list).toContain('The connection through Ada Northside expires')
    expect(await page('/w/northside/today')).not.toContain('class="needs-line"')
  })

  it('says so when nothing needs attention', async () => {
    await test.cast.outsider.post('/w/elsewhere/today/steps/dismiss') // a new workspace shows its first steps instead
    const html = (await test.cast.outsider.get('/w/elsewhere/today')).text
    expect(needs(html)).toContain('Nothing needs attention.')
    expect((await test.cast.outsider.get('/w/elsewhere/calendar')).text).not.toContain(
      'class="needs-line"',
    )
  })

  it('is not shown on error pages', async () => {
    await test.cast.admin.post('/w/northside/pause')
    const missing = await test.cast.manager.get(
      '/w/northside/posts/0193a000-0000-7000-8000-000000000000',
    )
    const refused = await test.cast.manager.get('/w/northside/settings')
    await test.cast.admin.post('/w/northside/pause/end')
    expect([missing.status, refused.status]).toEqual([404, 403])
    for (const { text } of [missing, refused]) {
      expect(text).not.toContain('class="needs-line"')
      expect(text).not.toContain('Publishing is paused')
    }
  })

  it('can be dismissed for a rejected post, which stays on its own page', async () => {
    const form = needs(await page('/w/northside/today'))
    const version = form.match(/name="version" value="(\d+)"/)?.[1] ?? ''
    const path = `/w/northside/posts/${failed.postId}/targets/${failed.targetId}/leave`
    const answer = await test.cast.manager.post(path, { version, back: '/w/northside/today' })
    expect(answer.location).toMatch(/^\/w\/northside\/today\?did=/)
    expect(needs(await page('/w/northside/today'))).not.toContain('Twenty crates')
    await test.sql`update targets set finished_at = null where id = ${failed.targetId}`
  })
})

describe('a connection that is dismissed', () => {
  const dismissPath = (list: string, about: string) =>
    list.match(new RegExp(`action="(/w/northside/today/${about}/[^"]*)"`))?.[1] ?? ''

  it.each([
    ['lost', 'Northside Records needs to be reconnected', 'It comes back'],
    ['ending', 'The connection through Ada Northside expires', 'We’ll tell you'],
  ])(
    'leaves Today and the count for everyone, and comes back with Undo: %s',
    async (about, title, words) => {
      const path = dismissPath(needs(await page('/w/northside/today')), about)
      const answer = await test.cast.manager.post(path)
      const html = await page(answer.location ?? '')
      expect(html).toContain(words)
      expect(needs(html)).not.toContain(title)
      expect(await page('/w/northside/media', 'admin')).toContain('2 items need attention')
      // A second tab, or someone else at the same time.
      const second = await test.cast.manager.post(path)
      expect([second.status, second.location]).toEqual([303, '/w/northside/today'])
      const undo = html.match(/<form method="post" action="([^"]*)"><button data-undo/)?.[1] ?? ''
      await test.cast.manager.post(undo)
      expect(needs(await page('/w/northside/today'))).toContain(title)
      const log = await page('/w/northside/activity', 'admin')
      expect(log).toContain(
        about === 'lost'
          ? 'dismissed the alert that an account needs'
          : 'dismissed the alert that a connection expires',
      )
    },
  )

  it('comes back when it is lost again, and for another end', async () => {
    const [lost, ending] = grants
    const list = needs(await page('/w/northside/today'))
    for (const about of ['lost', 'ending']) await test.cast.manager.post(dismissPath(list, about))
    expect(needs(await page('/w/northside/today')).match(/<div class="need">/g)).toHaveLength(1)
    await test.sql`update grants set state = 'active' where id = ${lost!}`
    await test.sql`update grants set state = 'reauthorize' where id = ${lost!}`
    await test.sql`update grants set expires_at = expires_at + interval '1 day' where id = ${ending!}`
    expect(needs(await page('/w/northside/today')).match(/<div class="need">/g)).toHaveLength(3)
  })
})

describe('notifications', () => {
  const titles = (html: string) =>
    [
      ...html.matchAll(/<li class="row notice-row( unread)?">[\s\S]*?notices\/([0-9a-f-]{36})"/g),
    ].map(([, unread, id]) => ({ id, isUnread: Boolean(unread) }))
  const list = async (query = '', who: 'manager' | 'admin' = 'manager') =>
    titles(await page(`/w/northside/notices${query}`, who))
  const account = async (name: string) =>
    (await test.sql<{ id: string }[]>`select id from channels where name = ${name}`)[0]!.id

  it('are filtered by account, and by what is unread or still needs attention', async () => {
    const tell = (kind: 'failed' | 'ended' | 'canceled', about: object) =>
      notify(test.sql, {
        ...{ workspaceId: workspaceId(), kind, cause: `${kind} here`, to: 'members' as const },
        ...about,
      })
    await tell('ended', { grantId: grants[0] })
    await tell('failed', { targetId: failed.targetId })
    await tell('canceled', { channelId: await account('Northside Café') })
    expect(await list()).toHaveLength(3)
    expect(await list('?show=attention')).toHaveLength(2)
    expect(await list(`?account=${await account('Northside Café')}`)).toHaveLength(2)
    expect(await list(`?account=${await account('Northside Records')}`)).toHaveLength(1)
    await test.sql`update targets set finished_at = now() where id = ${failed.targetId}`
    expect(await list('?show=attention')).toHaveLength(1)
    await test.sql`update targets set finished_at = null where id = ${failed.targetId}`
  })

  it('are read once opened, for this person alone', async () => {
    const [, second] = await list()
    const opened = await test.cast.manager.get(`/w/northside/notices/${second!.id}`)
    expect([opened.status, opened.location]).toEqual([303, `/w/northside/posts/${failed.postId}`])
    expect((await list()).map(({ isUnread }) => isUnread)).toEqual([true, false, true])
    expect(await list('?show=unread')).toHaveLength(2)
    expect(await list('?show=unread', 'admin')).toHaveLength(3)
    expect((await test.cast.admin.get(`/w/northside/notices/${second!.id}`)).status).toBe(404)
    expect(await page('/w/northside/notices')).toMatch(/2<span class="sr-only"> new notifications/)
  })

  it('are all marked as read, with Undo', async () => {
    const answer = await test.cast.manager.post('/w/northside/notices/seen')
    expect(await list('?show=unread')).toHaveLength(0)
    const html = await page(answer.location ?? '')
    expect(html).not.toContain('Mark all as')
    await test.cast.manager.post(html.match(/action="([^"]*)"><button data-undo/)?.[1] ?? '')
    expect(await list('?show=unread')).toHaveLength(2)
    await test.sql`delete from notices`
    await test.sql`delete from outbox where kind = 'notice'`
  })
})

describe('a lost connection', () => {
  it('offers admins Reconnect, and managers to ask an admin, on Today and on Accounts', async () => {
    for (const path of ['/w/northside/today', '/w/northside/channels']) {
      const [mine, admins] = [await page(path), await page(path, 'admin')]
      expect(mine).toContain('Ask an admin')
      expect(mine).not.toMatch(/>Reconnect</)
      expect(admins).not.toContain('Ask an admin')
      expect(admins).toContain('Reconnect')
    }
  })

  it('notifies the admins once, whoever asks, and the page says when they were asked', async () => {
    const ask = () =>
      test.cast.manager.post(`/w/northside/connections/${grants[0]}/ask`, {
        back: '/w/northside/today',
      })
    const answers = [await ask(), await ask()]
    expect(answers.map(({ location }) => location)).toEqual(
      Array(2).fill('/w/northside/today?said=admins-asked'),
    )
    const told = await test.sql<
      { userId: string; byMail: boolean }[]
    >`select user_id, by_mail from notices where kind = 'asked'`
    expect(told).toEqual([{ userId: test.cast.admin.id, byMail: true }])
    expect(await test.sql`select from outbox where kind = 'notice'`).toHaveLength(1)
    const html = await page('/w/northside/today')
    expect(needs(html)).toMatch(/Asked today \d\d:\d\d/)
    expect(needs(html).match(/Ask an admin/g)).toHaveLength(1) // the one for the other connection
    expect(await page('/w/northside/notices', 'admin')).toContain(
      'Max Manager asks you to reconnect Ada Northside at Meta',
    )
  })

  it('lets the admins be asked again after a day', async () => {
    await test.sql`update notices set created_at = now() - interval '25 hours' where kind = 'asked'`
    expect(needs(await page('/w/northside/today'))).toContain('Ask an admin again')
    await test.cast.manager.post(`/w/northside/connections/${grants[0]}/ask`)
    expect(await test.sql`select from notices where kind = 'asked'`).toHaveLength(2)
  })

  it('cannot be asked about from another workspace', async () => {
    const answer = await test.cast.outsider.post(`/w/elsewhere/connections/${grants[0]}/ask`)
    expect(answer.status).toBe(404)
    expect(
      await test.sql`select from notices where workspace_id = ${test.workspaces.elsewhere}`,
    ).toHaveLength(0)
  })
})

describe('what a post is doing now', () => {
  const now = Date.parse('2026-12-01T12:00:00Z')
  const fmt = formats({ zone: 'Europe/Zurich', dates: european }, now)
  const dueAt = new Date('2026-12-02T09:49:26Z')
  const target = { state: 'ready', dueAt, notBefore: null, inboxUntil: null } as const

  it('is one sentence with the day, and says when it publishes', () => {
    const waits = progressWords(
      { step: 'wait', until: dueAt.getTime() - 60_000, rounds: 1 },
      target,
      fmt,
    )
    expect(waits).toBe('Ready. Publishes tomorrow 10:49:26.')
    expect(progressWords({ step: 'send', until: null, rounds: 1 }, target, fmt)).toBe(
      'Ready. Publishes tomorrow 10:49:26.',
    )
  })

  it('says of a draft in the inbox who is waited for', () => {
    const check = (inboxUntil: Date | null) =>
      progressWords(
        { step: 'check', until: null, rounds: 1 },
        { ...target, state: 'processing', inboxUntil },
        fmt,
      )
    expect(check(null)).toBe('Sent. Waiting for the platform to finish.')
    expect(check(dueAt)).toBe('In the inbox. Waiting for its creator to finish it.')
  })

  it('says before that when preparation starts, and when the next try is', () => {
    const until = Date.parse('2026-12-02T09:34:00Z')
    expect(
      progressWords({ step: 'wait', until, rounds: 1 }, { ...target, state: 'scheduled' }, fmt),
    ).toBe('Scheduled. Preparation starts tomorrow 10:34:00.')
    const notBefore = new Date('2026-12-03T09:00:00Z')
    expect(progressWords({ step: 'wait', until, rounds: 1 }, { ...target, notBefore }, fmt)).toBe(
      'Waiting. Tries again Thu 3 Dec 10:00:00.',
    )
  })
})

it('the badge for new notifications is also in the phone menu', async () => {
  const html = await page('/w/northside/calendar', 'admin')
  const phone = html.split('<nav class="tab-bar"')[1]?.split('</nav>')[0] ?? ''
  expect(phone).toMatch(/More<span class="tally">\d+/)
  expect(phone).toMatch(/Notifications<span class="tally">\d+/)
})
