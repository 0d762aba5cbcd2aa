import { beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertChannel } from '../support/connected.ts'

let test: TestApp
let admin: TestApp['cast']['admin']
let manager: TestApp['cast']['manager']

beforeAll(async () => {
  test = await createTestApp()
  admin = test.cast.outsider
  manager = await test.addPerson('Mia Manager')
})

const base = '/w/elsewhere'
const today = async (who = admin) => (await who.get(`${base}/today`)).text
const steps = (html: string) =>
  [
    ...html.matchAll(
      /<li class="first-step( done)?"( aria-current="step")?>[\s\S]*?<h3>([^<]*)<\/h3>\s*<p class="[^"]*">([^<]*)</g,
    ),
  ].map(([, done, next, title, words]) => [title, done ? words : next ? 'next' : 'open'])
const filled = (html: string) => [...html.matchAll(/class="(?:button )?primary"/g)].length

describe('the first steps of a new workspace', () => {
  it('are on Today, which is where a person starts, and the first open step has the only primary button', async () => {
    expect((await admin.get('/')).location).toBe(`${base}/today`)
    const html = await today()
    expect(html).toContain('Welcome to <bdi>Elsewhere Coffee</bdi>, <bdi>Otto</bdi>')
    expect(steps(html)).toEqual([
      ['Connect your accounts', 'next'],
      ['Write your first post', 'open'],
      ['Invite your team', 'open'],
    ])
    expect(filled(html)).toBe(1)
    expect(html).toMatch(/class="button primary" href="\/w\/elsewhere\/connect\/meta"/)
  })

  it('show what is done and move the primary button to the next step', async () => {
    await insertChannel(test.deps, {
      workspaceId: test.workspaces.elsewhere,
      platform: 'facebook',
      userId: admin.id,
    })
    const html = await today()
    expect(steps(html).slice(0, 2)).toEqual([
      ['Connect your accounts', '1 account connected'],
      ['Write your first post', 'next'],
    ])
    expect(filled(html)).toBe(1)
  })

  it('offer a manager only what a manager is allowed to do', async () => {
    await test.sql`insert into memberships (workspace_id, user_id, role) values (${test.workspaces.elsewhere}, ${manager.id}, 'manager')`
    const html = await today(manager)
    expect(steps(html)).toEqual([['Write your first post', 'next']])
    expect(html).not.toContain('/connect/')
    expect(html).not.toContain('/people/invitations')
    await test.sql`delete from memberships where user_id = ${manager.id}`
  })

  it('disappear when this person dismisses them, and come back with Undo', async () => {
    const answer = await admin.post(`${base}/today/steps/dismiss`)
    const html = (await admin.get(answer.location ?? '')).text
    expect(steps(html)).toEqual([])
    expect(html).toContain('First steps dismissed.')
    expect(steps(await today())).toEqual([])
    const action = html.match(/<form method="post" action="([^"]*)"><button data-undo/)?.[1] ?? ''
    await admin.post(action)
    expect(steps(await today())).toHaveLength(3)
  })

  it('disappear for good after the third one, even if everything is undone', async () => {
    await admin.post(`${base}/posts`, { text: 'Our first cup', act: 'save' })
    const form = { role: 'manager' }
    expect((await admin.post(`${base}/people/invitations`, form)).text).toContain('/invitations/')
    expect(steps(await today())).toEqual([])
    await test.sql`update invitations set revoked_at = now()`
    await test.sql`update posts set state = 'discarded', due_at = null`
    expect(steps(await today())).toEqual([])
  })
})

describe('an empty page', () => {
  const pages = ['today', 'calendar', 'channels', 'insights', 'activity']
  const nextOf = async (who: typeof admin, path: string) =>
    (await who.get(`/w/northside/${path}`)).text.match(
      /class="(?:card empty|empty next-step)"[\s\S]*?<a class="button" href="([^"]*)"/,
    )?.[1]

  it('leads an admin to connecting an account', async () => {
    for (const who of [test.cast.admin, test.cast.manager])
      await who.post('/w/northside/today/steps/dismiss')
    for (const path of pages.filter((page) => page !== 'channels'))
      expect([path, await nextOf(test.cast.admin, path)]).toEqual([path, '/w/northside/channels'])
    expect((await test.cast.admin.get('/w/northside/channels')).text).toMatch(
      /class="button primary" href="\/w\/northside\/connect\//,
    )
  })

  it('leads a manager to a draft, and says that an admin has to connect an account', async () => {
    for (const path of pages.filter((page) => page !== 'activity'))
      expect([path, await nextOf(test.cast.manager, path)]).toEqual([
        path,
        '/w/northside/posts/new',
      ])
    expect((await test.cast.manager.get('/w/northside/calendar')).text).toContain(
      'Ask an admin to connect one.',
    )
  })

  it('says what it will contain: media, notifications, people', async () => {
    const page = async (path: string) => (await test.cast.admin.get(`/w/northside/${path}`)).text
    expect(await page('media')).toContain(
      '<strong>No media yet.</strong> Drop photos and videos here',
    )
    expect(await page('notices')).toContain('No notifications yet.')
    expect((await admin.get(`${base}/people`)).text).toContain(
      'You’re the only member. <a href="#invite">Invite your team</a>',
    )
  })
})
