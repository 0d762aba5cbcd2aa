import { beforeAll, describe, expect, it } from 'vitest'
import { type ApiClient, apiClient } from '../support/api.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { connectAll } from '../support/posts.ts'

/** Posts that need approval, through the API. Nothing here approves any. */

let test: TestApp
let api: ApiClient
let facebook: string
beforeAll(async () => {
  test = await createTestApp()
  const who = { workspaceId: test.workspaces.northside, userId: test.cast.admin.id }
  api = await apiClient(test, who)
  facebook = (await connectAll(test.deps, who)).facebook
  const body = { accountIds: [facebook], weekdays: [1, 4], time: '18:30' }
  expect((await api.call('POST', '/slots', { body })).status).toBeLessThan(300)
})
const setApproval = (of: string) => test.sql`update workspaces set review_of = ${of}`
const draft = async (text: string): Promise<string> => {
  const body = { text, accounts: [{ accountId: facebook }] }
  return `/posts/${(await api.call('POST', '/posts', { body })).body.id}`
}
const codesOf = (body: { errors: { code: string }[] }) => body.errors.map(({ code }) => code)
/** How many targets a send could claim now or later. */
const sendable = async () => {
  const [row] = await test.sql<{ n: number }[]>`
    select count(*)::int as n from targets t
    where t.state in ('scheduled', 'preparing', 'ready')
      and is_approved(t.post_id, t.channel_id, t.due_at, content_of_target(t.kind, t.text, t.link, t.settings))`
  return row?.n
}

describe('promise D6: a post that needs approval, through the API', () => {
  it('is scheduled and queued as waiting for it, and is never published now', async () => {
    await setApproval('all')
    const at = '2099-11-26T10:00:00Z'
    const scheduled = await draft('Scheduled by a program')
    const queued = await draft('Queued by a program')
    const ways = [
      [scheduled, await api.call('POST', `${scheduled}/schedule`, { body: { at } })],
      [queued, await api.call('POST', `${queued}/queue`, { body: {} })],
    ] as const
    for (const [path, { status, body }] of ways) {
      expect([status, body.state, body.review]).toEqual([200, 'scheduled', 'waiting'])
      expect((await api.call('GET', path)).body.review).toBe('waiting')
      const refused = await api.call('POST', `${path}/publish`, { body: {} })
      expect([refused.status, refused.body.code]).toEqual([422, 'rules'])
      expect(codesOf(refused.body)).toEqual(['needs_approval'])
      expect((await api.call('GET', path)).body.dueAt).toBe(body.dueAt)
    }
    const path = await draft('Right now')
    const refused = await api.call('POST', `${path}/publish`, { body: {} })
    expect([refused.status, codesOf(refused.body)]).toEqual([422, ['needs_approval']])
    expect((await api.call('GET', path)).body).toMatchObject({ state: 'draft', review: null })
    expect(await sendable()).toBe(0)
  })

  it('counts the key’s creator as who they are today: an admin publishes alone, a manager doesn’t', async () => {
    await setApproval('managers')
    const alone = await draft('An admin’s program')
    const sent = await api.call('POST', `${alone}/publish`, { body: {} })
    expect([sent.status, sent.body.review]).toEqual([200, null])
    expect(await sendable()).toBe(1)
    await test.sql`update memberships set role = 'manager' where user_id = ${test.cast.admin.id}`
    const path = await draft('A manager’s program')
    const refused = await api.call('POST', `${path}/publish`, { body: {} })
    expect([refused.status, codesOf(refused.body)]).toEqual([422, ['needs_approval']])
    expect((await api.call('GET', path)).body).toMatchObject({ state: 'draft', targets: [] })
  })
})
