import ICAL from 'ical.js'
import nodeIcal from 'node-ical'
import Parser from 'rss-parser'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { insertMembership } from '../../db/people/memberships.ts'
import { lockOut } from '../../db/privacy/erasure.ts'
import { createTestApp, type Person, type TestApp } from '../support/app.ts'
import { insertChannel } from '../support/connected.ts'

let test: TestApp
let channel: string
beforeAll(async () => {
  test = await createTestApp()
  const { deps, workspaces, cast } = test
  const owner = { workspaceId: workspaces.northside, userId: cast.admin.id }
  channel = (await insertChannel(deps, { ...owner, platform: 'facebook', name: 'Northside Café' }))
    .channelId
})
beforeEach(async () => {
  await test.sql`delete from throttle`
})

const page = '/w/northside/feeds'
const hostile = 'Sale ]]> <script>alert(1)</script>\nEND:VEVENT\r\nfolded, with; commas é 🎷 & more'
const inDays = (days: number) =>
  new Date(Math.floor((test.deps.now() + days * 86_400_000) / 1_000) * 1_000)

type Made = { text: string; at: Date; by?: Person; state?: 'scheduled' | 'draft' | 'published' }
const post = async ({ text, at, by = test.cast.manager, state = 'scheduled' }: Made) => {
  const workspaceId = test.workspaces.northside
  const [row] = await test.sql`
    insert into posts (workspace_id, state, text, due_at, zone, wall_time, created_by)
    values (${workspaceId}, ${state === 'draft' ? 'draft' : 'scheduled'}, ${text}, ${at}, 'UTC', '2026-01-01T00:00', ${by.id})
    returning id`
  if (state !== 'draft')
    await test.sql`
      insert into targets (workspace_id, post_id, channel_id, platform, kind, text, due_at, state, published_at, permalink, platform_post_id)
      values (${workspaceId}, ${row!.id}, ${channel}, 'facebook', 'text', ${text}, ${at}, ${state},
        ${state === 'published' ? at : null}, ${state === 'published' ? `https://www.facebook.com/${row!.id}` : null},
        ${state === 'published' ? row!.id : null})`
  return row!.id as string
}

const link = async (by: Person, kind: string): Promise<string> => {
  const { text } = await by.post(`${page}/${kind}/link`)
  return /value="http:\/\/localhost:\d+(\/feeds\/[\w-]{43}\.\w+)"/.exec(text)![1]!
}
const read = (address: string, headers: Record<string, string> = {}) =>
  test.app.request(address, { headers })

/** What two parsers that know nothing of each other find. */
const eventsOf = async (address: string) => {
  const text = await (await read(address)).text()
  const strict = new ICAL.Component(ICAL.parse(text))
    .getAllSubcomponents('vevent')
    .map((one) => new ICAL.Event(one))
    .map(({ uid, summary, description, startDate }) => ({
      uid,
      summary,
      description,
      at: startDate.toJSDate().toISOString(),
    }))
  const lenient = Object.values(nodeIcal.sync.parseICS(text))
    .filter((one) => one?.type === 'VEVENT')
    .map((one) => one as nodeIcal.VEvent)
    .map(({ uid, summary, description, start }) => ({
      uid,
      summary,
      description,
      at: start.toISOString(),
    }))
  const order = (all: typeof strict) => all.toSorted((a, b) => a.uid.localeCompare(b.uid))
  expect(order(lenient as typeof strict)).toEqual(order(strict))
  return strict
}

describe('a calendar for other programs', () => {
  it('has every post with its time, state, words and address, for two independent parsers', async () => {
    const [soon, draft] = [inDays(2), inDays(3)]
    const id = await post({ text: hostile, at: soon })
    const draftId = await post({ text: 'Not ready', at: draft, state: 'draft' })
    const all = await eventsOf(await link(test.cast.admin, 'calendar'))
    const found = all.find(({ uid }) => uid.startsWith(id))!
    expect(found.at).toBe(soon.toISOString())
    expect(found.summary).toBe('Sale ]]> <script>alert(1)</script> · scheduled')
    expect(found.description).toContain('folded, with; commas é 🎷 & more')
    expect(found.description).toContain('Northside Café (Facebook)')
    expect(found.description).toContain(`/w/northside/posts/${id}`)
    expect(all.find(({ uid }) => uid.startsWith(draftId))!.summary).toBe('Not ready · draft')
  })

  it('keeps a post’s id when it is moved, and answers 304 while nothing changes', async () => {
    const id = await post({ text: 'Moves', at: inDays(4) })
    const address = await link(test.cast.admin, 'calendar')
    const [before] = (await eventsOf(address)).filter(({ uid }) => uid.startsWith(id))
    const etag = (await read(address)).headers.get('ETag')!
    expect((await read(address, { 'If-None-Match': etag })).status).toBe(304)
    await test.sql`update posts set due_at = due_at + interval '1 day', version = version + 1 where id = ${id}`
    await test.sql`update targets set due_at = due_at + interval '1 day' where post_id = ${id}`
    const [after] = (await eventsOf(address)).filter(({ uid }) => uid.startsWith(id))
    expect(after!.uid).toBe(before!.uid)
    expect(Date.parse(after!.at) - Date.parse(before!.at)).toBe(86_400_000)
    expect((await read(address, { 'If-None-Match': etag })).status).toBe(200)
  })

  it('can be limited to one’s own posts', async () => {
    const mine = await post({ text: 'By Ada', at: inDays(5), by: test.cast.admin })
    const theirs = await post({ text: 'By Max', at: inDays(5) })
    const uids = (await eventsOf(await link(test.cast.admin, 'own-calendar'))).map(({ uid }) => uid)
    expect(uids.some((uid) => uid.startsWith(mine))).toBe(true)
    expect(uids.some((uid) => uid.startsWith(theirs))).toBe(false)
  })

  it('has nothing of another workspace, and programs may not store it for others', async () => {
    await insertMembership(test.sql, test.workspaces.elsewhere, test.cast.manager.id, 'manager')
    await post({ text: 'Northside only', at: inDays(6) })
    const { text } = await test.cast.manager.post('/w/elsewhere/feeds/calendar/link')
    const answer = await read(/(\/feeds\/[\w-]{43}\.ics)/.exec(text)![1]!)
    expect(await answer.text()).not.toContain('Northside only')
    expect(answer.headers.get('Cache-Control')).toBe('private, no-cache')
    expect(answer.headers.get('X-Robots-Tag')).toContain('noindex')
  })
})

describe('RSS', () => {
  it('has what was published, with words that stay words and links to the platform', async () => {
    const id = await post({ text: hostile, at: inDays(-1), state: 'published' })
    await post({ text: 'Still to come', at: inDays(1) })
    const text = await (await read(await link(test.cast.admin, 'published'))).text()
    const { items, title } = await new Parser().parseString(text)
    expect(title).toBe('Northside Records: published posts')
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({
      title: 'Sale ]]> <script>alert(1)</script>',
      link: `https://www.facebook.com/${id}`,
      isoDate: inDays(-1).toISOString().slice(0, 10) + items[0]!.isoDate!.slice(10),
    })
    expect(items[0]!['content:encoded']).toContain('&lt;script&gt;')
    expect(items[0]!['content:encoded']).not.toContain('<script>')
  })
})

describe('a link for other programs', () => {
  it('is shown once, and stops working when it is replaced or deleted', async () => {
    const first = await link(test.cast.admin, 'calendar')
    expect((await test.cast.admin.get(page)).text).not.toContain(first.slice(7, 30))
    const second = await link(test.cast.admin, 'calendar')
    expect([(await read(first)).status, (await read(second)).status]).toEqual([404, 200])
    expect((await test.cast.manager.post(`${page}/calendar/delete`)).status).toBe(404)
    expect((await test.cast.admin.post(`${page}/calendar/delete`)).status).toBe(303)
    expect((await read(second)).status).toBe(404)
  })

  it('looks the same when it is unknown, broken or of another kind', async () => {
    const address = await link(test.cast.admin, 'calendar')
    const answers = await Promise.all(
      [
        `/feeds/${'a'.repeat(43)}.ics`,
        '/feeds/a.ics',
        '/feeds/%00',
        address.replace('.ics', '.xml'),
        address.replace('.ics', ''),
      ].map(async (one) => (await read(one)).status),
    )
    expect(answers).toEqual([404, 404, 400, 404, 404])
  })

  it('is limited for each link', async () => {
    const address = await link(test.cast.admin, 'calendar')
    const statuses: number[] = []
    for (let n = 0; n < 61; n++) statuses.push((await read(address)).status)
    expect(statuses.slice(-2)).toEqual([200, 429])
  })

  const people = '/w/northside/people'
  const endings: Record<string, (person: Person) => Promise<unknown>> = {
    'is removed': (person) => test.cast.admin.post(`${people}/${person.id}/remove`),
    leaves: (person) => person.post(`${people}/${person.id}/remove`),
    'is deactivated': (person) => test.cast.admin.post(`${people}/${person.id}/deactivate`),
    'closes the account': (person) => person.post('/account/deactivate'),
    'is erased': (person) => lockOut(test.sql, person.id, new Date(test.deps.now())),
  }
  for (const [how, end] of Object.entries(endings))
    it(`ends when the person ${how}, and doesn’t come back with their rights`, async () => {
      const person = await test.addPerson(`Gone ${how.split(' ').at(-1)}`)
      await insertMembership(test.sql, test.workspaces.northside, person.id, 'admin')
      const address = await link(person, 'calendar')
      expect((await read(address)).status).toBe(200)
      await end(person)
      expect((await read(address)).status).toBe(404)
      await test.sql`update users set deactivated_at = null, deactivated_by = null where id = ${person.id}`
      await test.sql`
        insert into memberships (workspace_id, user_id, role) values (${test.workspaces.northside}, ${person.id}, 'manager')
        on conflict do nothing`
      expect((await read(address)).status).toBe(404)
    })
})
