import { beforeAll, describe, expect, it } from 'vitest'
import { type ApiClient, apiClient } from '../support/api.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { testConfig } from '../support/config.ts'
import { addMedia, connectAll, type PlatformName } from '../support/posts.ts'

let test: TestApp
let api: ApiClient
let accounts: Record<PlatformName, string>
let mediaId: string
beforeAll(async () => {
  test = await createTestApp({ config: testConfig({ API_REQUESTS_PER_HOUR: '100000' }) })
  const who = { workspaceId: test.workspaces.northside, userId: test.cast.admin.id }
  api = await apiClient(test, who)
  accounts = await connectAll(test.deps, who)
  mediaId = await addMedia(test.deps, who.workspaceId, who.userId)
})

const photo = (text: string) => ({
  text,
  accounts: [{ accountId: accounts.facebook }, { accountId: accounts.instagram }],
  media: [{ mediaId, altText: 'A sleeve' }],
})
const at = '2099-11-26T10:00:00+01:00'
const isoAt = new Date(at).toISOString()

describe('a post through the API', () => {
  it('is created, read, changed, scheduled, moved, canceled and duplicated', async () => {
    const made = await api.call('POST', '/posts', { body: photo('New in the crates') })
    expect(made.body).toMatchObject({ version: 1, state: 'draft', dueAt: null, targets: [] })
    expect([made.status, made.headers.get('ETag')]).toEqual([201, '"1"'])
    const path = `/posts/${made.body.id}`

    const read = await api.call('GET', path)
    expect(read.body).toMatchObject({
      text: 'New in the crates',
      media: [{ mediaId, altText: 'A sleeve', edited: false, gone: false }],
      zone: 'Europe/Zurich',
    })
    const etag = read.headers.get('ETag') ?? ''
    expect((await api.call('GET', path, { headers: { 'If-None-Match': etag } })).status).toBe(304)

    const body = { text: 'New in the crates, all day' }
    expect((await api.call('PATCH', path, { body })).body.code).toBe('if_match_missing')
    const changed = await api.call('PATCH', path, { body, headers: { 'If-Match': etag } })
    expect(changed.body).toMatchObject({ version: 2, state: 'draft' })
    const late = await api.call('PATCH', path, { body, headers: { 'If-Match': etag } })
    expect([late.status, late.body.code]).toEqual([412, 'post_changed'])

    const scheduled = await api.call('POST', `${path}/schedule`, { body: { at } })
    expect(scheduled.body).toMatchObject({ state: 'scheduled', dueAt: isoAt })
    expect(scheduled.body.targets.map((one: { changed: boolean }) => one.changed)).toEqual([
      true,
      true,
    ])
    expect(test.signaled).toEqual(
      expect.arrayContaining(scheduled.body.targets.map((one: { id: string }) => one.id)),
    )

    const moved = await api.call('POST', `${path}/move`, { body: { at: '2099-11-27T09:30:00Z' } })
    expect(moved.body.dueAt).toBe('2099-11-27T09:30:00.000Z')
    const canceled = await api.call('POST', `${path}/cancel`)
    expect(canceled.body.targets.map((one: { state: string }) => one.state)).toEqual([
      'canceled',
      'canceled',
    ])
    const targets = await api.call('GET', `${path}/targets`)
    expect(targets.body.data[0]).toMatchObject({ platform: 'facebook', state: 'canceled' })
    expect(targets.body.data[0].receipt[0].name).toBe('Scheduled for')

    const copy = await api.call('POST', `${path}/duplicate`)
    expect([copy.status, copy.body.state]).toEqual([201, 'draft'])
    expect((await api.call('DELETE', path)).body.code).toBe('not_a_draft')
    expect((await api.call('DELETE', `/posts/${copy.body.id}`)).body.state).toBe('deleted')
    expect((await api.call('GET', `/posts/${copy.body.id}`)).status).toBe(404)
  })

  it('is refused by the same rules as in the composer, with their codes and fields', async () => {
    const { id } = (
      await api.call('POST', '/posts', { body: { accounts: [{ accountId: accounts.instagram }] } })
    ).body
    const refused = await api.call('POST', `/posts/${id}/schedule`, { body: { at } })
    expect(refused.status).toBe(422)
    expect(refused.headers.get('Content-Type')).toBe('application/problem+json')
    expect(refused.body).toMatchObject({
      status: 422,
      code: 'rules',
      type: `${test.deps.config.publicUrl}/developers#rules`,
      errors: [{ field: 'media', accountId: accounts.instagram }],
    })
    const past = await api.call('POST', `/posts/${id}/schedule`, {
      body: { at: '2020-01-01T10:00:00Z' },
    })
    expect(past.body.errors.map((one: { code: string }) => one.code)).toContain('time_past')
  })

  it('takes free slots, and is published now only with the scope for it', async () => {
    const slots = await api.call('POST', '/slots', {
      body: { accountIds: [accounts.facebook], weekdays: [1, 2], time: '18:30' },
    })
    expect(slots.body.slots).toHaveLength(2)
    const free = await api.call('GET', '/slots/free')
    const own = free.body.data.find(
      (one: { accountId: string }) => one.accountId === accounts.facebook,
    )
    const body = { text: 'In line', accounts: [{ accountId: accounts.facebook }] }
    const made = await api.call('POST', '/posts', { body })
    const queued = await api.call('POST', `/posts/${made.body.id}/queue`, { body: {} })
    expect(queued.body).toMatchObject({ state: 'scheduled', dueAt: own.last })

    const who = { workspaceId: test.workspaces.northside, userId: test.cast.admin.id }
    const scheduler = await apiClient(test, { ...who, scopes: ['draft', 'schedule'] })
    const refused = await scheduler.call('POST', `/posts/${made.body.id}/publish`, { body: {} })
    expect([refused.status, refused.body.code]).toEqual([403, 'scope_missing'])
    const sent = await api.call('POST', `/posts/${made.body.id}/publish`, { body: {} })
    expect(Date.parse(sent.body.dueAt)).toBeLessThanOrEqual(test.deps.now())
  })

  it('is not published twice within a day unless the program says so', async () => {
    const body = { text: 'Saturday hours', accounts: [{ accountId: accounts.facebook }] }
    const [first, second] = await Promise.all([
      api.call('POST', '/posts', { body }),
      api.call('POST', '/posts', { body }),
    ])
    await api.call('POST', `/posts/${first?.body.id}/schedule`, { body: { at } })
    const path = `/posts/${second?.body.id}/schedule`
    expect((await api.call('POST', path, { body: { at } })).body.code).toBe('posted_twice')
    expect((await api.call('POST', path, { body: { at, twice: true } })).status).toBe(200)
  })

  it('is listed page by page, by state, account and time', async () => {
    const all: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page = await api.call('GET', `/posts?limit=3${cursor ? `&cursor=${cursor}` : ''}`)
      all.push(...page.body.data.map((one: { id: string }) => one.id))
      cursor = page.body.next
    }
    const [count] = await test.sql<{ n: number }[]>`
      select count(*)::int as n from posts where state <> 'discarded'`
    expect([all.length, new Set(all).size]).toEqual([count?.n, count?.n])
    expect(all).toEqual(all.toSorted().reverse())
    const drafts = await api.call('GET', `/posts?state=draft&account=${accounts.instagram}`)
    expect(drafts.body.data).toHaveLength(1)
    const due = await api.call('GET', '/posts?dueFrom=2099-11-26T00:00:00Z')
    expect(due.body.data.length).toBeGreaterThan(1)
    expect((await api.call('GET', '/posts?cursor=abc')).body.code).toBe('cursor_invalid')
  })
})

describe('labels through the API', () => {
  it('are created, renamed and deleted, and each name exists once', async () => {
    const made = await api.call('POST', '/labels', { body: { name: '  Spring   sale ' } })
    expect([made.status, Object.keys(made.body)]).toEqual([201, ['id']])
    const { id } = made.body
    const same = await api.call('POST', '/labels', { body: { name: 'SPRING SALE' } })
    expect([same.status, same.body.code]).toEqual([409, 'label_exists'])
    const other = await api.call('POST', '/labels', { body: { name: 'Autumn', color: 'teal' } })
    const taken = await api.call('PATCH', `/labels/${other.body.id}`, {
      body: { name: 'spring sale' },
    })
    expect([taken.status, taken.body.code]).toEqual([409, 'label_exists'])
    for (const name of [' \u0007\n', 'x'.repeat(41)]) {
      const refused = await api.call('POST', '/labels', { body: { name } })
      expect([refused.status, refused.body.errors[0].field]).toEqual([422, 'name'])
    }

    await api.call('PATCH', `/labels/${id}`, { body: { name: 'Summer' } })
    await api.call('PATCH', `/labels/${id}`, { body: { color: 'pink' } })
    await api.call('DELETE', `/labels/${other.body.id}`)
    const { body } = await api.call('GET', '/labels')
    expect(body.data).toEqual([{ id, name: 'Summer', color: 'pink', posts: 0, files: 0 }])
    const events = await test.sql<{ name: string }[]>`
      select name from events where name like 'label.%' order by id`
    expect(events.map(({ name }) => name)).toEqual([
      'label.added',
      'label.added',
      'label.changed',
      'label.changed',
      'label.removed',
    ])
  })

  it('are given to posts and find them again; those of other workspaces are refused', async () => {
    const { id: label } = (await api.call('POST', '/labels', { body: { name: 'Listed' } })).body
    const [foreign] = await test.sql<{ id: string }[]>`
      insert into labels (workspace_id, name, name_key, color)
      values (${test.workspaces.elsewhere}, 'Theirs', 'theirs', 'red') returning id`
    const body = { text: 'Sorted', labels: [label] }
    const { id } = (await api.call('POST', '/posts', { body })).body
    await api.call('POST', '/posts', { body: { text: 'Not sorted' } })
    const found = await api.call('GET', `/posts?label=${label}`)
    expect(found.body.data).toMatchObject([{ id, labels: [label] }])
    expect((await api.call('GET', `/posts?label=${foreign!.id}`)).body.data).toEqual([])

    const change = (labels: string[] | undefined) =>
      api.call('PATCH', `/posts/${id}`, {
        body: { text: 'Sorted again', ...(labels ? { labels } : {}) },
        headers: { 'If-Match': '*' },
      })
    const labelsNow = async () => (await api.call('GET', `/posts/${id}`)).body.labels
    await change(undefined)
    expect(await labelsNow(), 'left out').toEqual([label])
    const refused = await change([foreign!.id])
    expect(refused.body.errors).toMatchObject([{ code: 'label_missing', field: 'labels' }])
    await change([])
    expect(await labelsNow()).toEqual([])
    const path = `/labels/${foreign!.id}`
    expect((await api.call('PATCH', path, { body: { name: 'Ours' } })).status).toBe(404)
    expect((await api.call('DELETE', path)).status).toBe(404)
  })
})
