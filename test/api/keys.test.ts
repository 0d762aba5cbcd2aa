import { pino } from 'pino'
import { beforeAll, describe, expect, it } from 'vitest'
import { lowerApiKeys } from '../../db/api/keys.ts'
import { type ApiScope, apiScopes } from '../../db/api/scopes.ts'
import { deactivate, reactivate } from '../../db/people/deactivation.ts'
import { deleteMembership, insertMembership } from '../../db/people/memberships.ts'
import { setRole } from '../../web/people/members.ts'
import { apiClient } from '../support/api.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { testConfig } from '../support/config.ts'
import { addMedia, connectAll } from '../support/posts.ts'

let test: TestApp
const lines: string[] = []
beforeAll(async () => {
  test = await createTestApp({
    config: testConfig({ API_REQUESTS_PER_HOUR: '1000' }),
    log: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
  })
})

const northside = () => ({ workspaceId: test.workspaces.northside, userId: test.cast.admin.id })
const id = '0193a000-0000-7000-8000-000000000000'
const at = '2099-11-26T10:00:00Z'

/** Each operation with the scope that it needs, and its answer to a key that has it. */
const operations: [string, string, ApiScope | null, number, unknown?][] = [
  ['GET', '/key', null, 200],
  ['GET', '/accounts', 'read', 200],
  ['GET', '/media', 'read', 200],
  ['GET', `/media/${id}`, 'read', 404],
  ['POST', '/media?name=a.jpg', 'draft', 422],
  ['POST', '/uploads', 'draft', 412],
  ['HEAD', `/uploads/${id}`, 'draft', 404],
  ['PATCH', `/uploads/${id}`, 'draft', 415],
  ['DELETE', `/uploads/${id}`, 'draft', 404],
  ['GET', '/posts', 'read', 200],
  ['POST', '/posts', 'draft', 201, {}],
  ['GET', `/posts/${id}`, 'read', 404],
  ['PATCH', `/posts/${id}`, 'draft', 428, {}],
  ['DELETE', `/posts/${id}`, 'draft', 404],
  ['GET', `/posts/${id}/targets`, 'read', 404],
  ['GET', `/posts/${id}/check`, 'read', 404],
  ['POST', `/posts/${id}/review`, 'draft', 404, { at }],
  ['GET', `/posts/${id}/insights`, 'read', 404],
  ['POST', `/posts/${id}/schedule`, 'schedule', 404, { at }],
  ['POST', `/posts/${id}/queue`, 'schedule', 404, {}],
  ['POST', `/posts/${id}/publish`, 'publish', 404, {}],
  ['POST', `/posts/${id}/move`, 'schedule', 404, { at }],
  ['POST', `/posts/${id}/cancel`, 'schedule', 404],
  ['POST', `/posts/${id}/duplicate`, 'draft', 404],
  ['GET', '/insights', 'read', 200],
  ['GET', '/labels', 'read', 200],
  ['POST', '/labels', 'draft', 422, {}],
  ['PATCH', `/labels/${id}`, 'manage', 404, { name: 'Spring' }],
  ['DELETE', `/labels/${id}`, 'manage', 404],
  ['GET', '/slots', 'read', 200],
  ['GET', '/slots/free', 'read', 200],
  ['POST', '/slots', 'manage', 422, { accountIds: [id], weekdays: [1], time: '18:30' }],
  ['DELETE', `/slots/${id}`, 'manage', 404],
  ['GET', '/activity', 'manage', 200],
]

describe('what a key may do', () => {
  it('is in the table for every operation', () => {
    const known = test.app.routes
      .filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/v1/'))
      .map(({ method, path }) => `${method} ${path.replace('/api/v1', '')}`)
      .map((route) => route.replace(/\{(?:[^{}]|\{[^}]*\})*\}/, '').replace(/:\w+/, ':id'))
      .filter((route) => route !== 'GET /openapi.json')
    const listed = operations.map(([method, path]) =>
      `${method === 'HEAD' ? 'GET' : method} ${path.split('?')[0]}`.replace(id, ':id'),
    )
    expect(new Set(listed)).toEqual(new Set(known))
  })

  it('is exactly what its scopes say, for keys of admins and of former admins', async () => {
    const { outsider } = test.cast
    const { elsewhere } = test.workspaces
    for (const role of ['admin', 'manager'] as const) {
      for (const scope of apiScopes) {
        const who = { workspaceId: elsewhere, userId: outsider.id, scopes: [scope] }
        const client = await apiClient(test, who)
        await test.sql`update memberships set role = ${role} where user_id = ${outsider.id}`
        for (const [method, path, needed, answer, body] of operations) {
          const may =
            needed === null || (needed === scope && !(role === 'manager' && scope === 'manage'))
          const seen = await client.call(method, path, body === undefined ? {} : { body })
          expect([role, scope, method, path, seen.status]).toEqual([
            ...[role, scope, method, path],
            may ? answer : 403,
          ])
        }
        await test.sql`update memberships set role = 'admin' where user_id = ${outsider.id}`
      }
    }
  })

  it('is nothing outside of its workspace: foreign ids look like missing ones', async () => {
    const accounts = await connectAll(test.deps, northside())
    const mediaId = await addMedia(test.deps, test.workspaces.northside, test.cast.admin.id)
    const own = await apiClient(test, northside())
    const body = {
      text: 'Ours',
      accounts: [{ accountId: accounts.facebook }],
      media: [{ mediaId }],
    }
    const { id: postId } = (await own.call('POST', '/posts', { body })).body
    await own.call('POST', '/slots', {
      body: { accountIds: [accounts.facebook], weekdays: [3], time: '09:00' },
    })
    const [slot] = (await own.call('GET', '/slots')).body.data

    const who = { workspaceId: test.workspaces.elsewhere, userId: test.cast.outsider.id }
    const foreign = await apiClient(test, who)
    const real: Record<string, string> = { media: mediaId, posts: postId, slots: slot.id }
    const withoutIds = ({ status, body }: { status: number; body: unknown }) =>
      `${status} ${JSON.stringify(body, (key, value) => (key === 'requestId' ? '' : value))}`.replaceAll(
        /[0-9a-f]{8}-[0-9a-f-]{27}/g,
        'ID',
      )
    for (const [method, path, , , given] of operations.filter(([, path]) => path.includes(id))) {
      const found = real[path.split('/')[1] ?? '']
      if (!found) continue
      const asked = given === undefined ? {} : { body: given }
      const there = await foreign.call(method, path.replace(id, found), asked)
      expect(withoutIds(there)).toBe(withoutIds(await foreign.call(method, path, asked)))
    }
    for (const list of ['/accounts', '/media', '/slots', '/slots/free', '/insights'])
      expect((await foreign.call('GET', list)).body.data).toEqual([])
    const taken = await foreign.call('POST', '/posts', { body })
    expect(taken.body.errors.map((one: { code: string }) => one.code)).toEqual([
      'account_missing',
      'media_missing',
    ])
    const [left] = await test.sql`select state, version from posts where id = ${postId}`
    expect(left).toEqual({ state: 'draft', version: 1 })
  })
})

describe('a key', () => {
  const works = async (client: { call: Awaited<ReturnType<typeof apiClient>>['call'] }) =>
    (await client.call('GET', '/key')).status

  it('ends when its maker leaves, and does not come back', async () => {
    const person = await test.addPerson('Lea Leaver')
    const who = { workspaceId: test.workspaces.northside, userId: person.id }
    await insertMembership(test.sql, who.workspaceId, person.id, 'admin')
    const client = await apiClient(test, who)
    expect(await works(client)).toBe(200)
    await deleteMembership(test.sql, who.workspaceId, person.id)
    expect(await works(client)).toBe(401)
    await insertMembership(test.sql, who.workspaceId, person.id, 'admin')
    expect(await works(client)).toBe(401)

    const other = await apiClient(test, who)
    await deactivate(test.sql, person.id, 'admin', new Date())
    expect(await works(other)).toBe(401)
    await reactivate(test.sql, person.id, 'admin')
    expect(await works(other)).toBe(401)
  })

  it('loses what only admins may do when its maker becomes a manager, for good', async () => {
    const person = await test.addPerson('Dora Demoted')
    const who = { workspaceId: test.workspaces.northside, userId: person.id }
    await insertMembership(test.sql, who.workspaceId, person.id, 'admin')
    const client = await apiClient(test, who)
    const manager = await apiClient(test, { ...who, scopes: ['manage'] })
    const act = { ...who, byId: test.cast.admin.id, now: new Date() }
    expect(await setRole(test.sql, act, 'manager')).toBe('done')
    expect((await client.call('GET', '/activity')).status).toBe(403)
    expect((await client.call('GET', '/posts')).status).toBe(200)
    expect(await works(manager)).toBe(401)
    expect(await setRole(test.sql, act, 'admin')).toBe('done')
    expect((await client.call('GET', '/activity')).status).toBe(403)
    await lowerApiKeys(test.sql, who.workspaceId, person.id)
  })

  it('expires, and is refused if it is incomplete or foreign', async () => {
    const client = await apiClient(test, northside())
    await test.sql`update api_keys set expires_at = now() - interval '1 second' where hint = ${client.secret.slice(-4)}`
    const expired = await client.call('GET', '/key')
    expect([expired.status, expired.body.code]).toEqual([401, 'key_invalid'])
    for (const secret of ['', 'cs_', `${client.secret}x`, `cs_${'A'.repeat(43)}`]) {
      const response = await test.app.request('/api/v1/key', {
        headers: { Authorization: `Bearer ${secret}` },
      })
      expect(response.status).toBe(401)
    }
  })

  it('opens no page, and a session opens nothing of the API', async () => {
    const client = await apiClient(test, northside())
    const page = await test.app.request('/w/northside/today', {
      headers: { Authorization: `Bearer ${client.secret}` },
    })
    expect([page.status, page.headers.get('Location')?.split('?')[0]]).toEqual([303, '/sign-in'])
    const read = await test.cast.admin.request('/api/v1/posts', {})
    const written = await test.cast.admin.request('/api/v1/posts', {
      method: 'POST',
      headers: { Origin: test.deps.config.publicUrl, 'Content-Type': 'application/json' },
      body: '{}',
    })
    expect([read.status, written.status]).toEqual([401, 401])
    const across = await client.call('GET', '/posts', { headers: { Origin: 'https://a.example' } })
    expect([...across.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual(
      [],
    )
    expect((await client.call('OPTIONS', '/posts')).status).toBe(405)
  })

  it('says how many requests are left, and is refused after too many in an hour', async () => {
    const client = await apiClient(test, northside())
    const first = await client.call('GET', '/key')
    expect(first.headers.get('RateLimit-Policy')).toBe('"hour";q=1000;w=3600')
    expect(first.headers.get('RateLimit')).toMatch(/^"hour";r=999;t=3[56]\d\d$/)
    await test.sql`update api_keys set window_requests = 1000 where hint = ${client.secret.slice(-4)}`
    const refused = await client.call('GET', '/key')
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited'])
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(3_000)
    await test.sql`
      update api_keys set window_at = now() - interval '61 minutes' where hint = ${client.secret.slice(-4)}`
    expect((await client.call('GET', '/key')).status).toBe(200)
  })

  it('is made by an admin, shown once, listed without its secret, and ended', async () => {
    const { admin, manager } = test.cast
    const base = '/w/northside/settings/developers'
    expect((await manager.get(base)).status).toBe(403)
    const wrong = await admin.post(`${base}/keys`, { name: 'Zapier', days: '90' })
    expect(wrong.status).toBe(422)
    expect(wrong.text).toContain('value="Zapier"')
    const form = { name: 'Zapier', scope: 'draft', days: '90', key: crypto.randomUUID() }
    const made = await admin.post(`${base}/keys`, form)
    const secret = /value="(cs_[\w-]{43})"/.exec(made.text)?.[1] ?? ''
    const call = (key: string) =>
      test.app.request('/api/v1/key', { headers: { Authorization: `Bearer ${key}` } })
    expect((await call(secret)).status).toBe(200)
    const [row] = await test.sql`select * from api_keys where name = 'Zapier'`
    expect(JSON.stringify(row)).not.toContain(secret.slice(3))

    const again = await admin.post(`${base}/keys`, form)
    const second = /value="(cs_[\w-]{43})"/.exec(again.text)?.[1] ?? ''
    expect([(await call(secret)).status, (await call(second)).status]).toEqual([401, 200])
    const page = await admin.get(base)
    expect(page.text).toContain(`cs_…${second.slice(-4)}`)
    expect(page.text).not.toContain(second)
    const [found] = await test.sql`select id from api_keys where name = 'Zapier'`
    await admin.post(`${base}/keys/${found?.id}/end`, {})
    expect((await call(second)).status).toBe(401)
  })

  it('is in no line of the log, whatever happens to its requests', async () => {
    const client = await apiClient(test, northside())
    await client.call('GET', '/posts')
    await client.call('POST', '/posts', { body: { text: 'Canary in the crates' } })
    await client.call('POST', '/posts', { body: { text: 1 } })
    await client.call('GET', `/nowhere/${client.secret}`)
    expect(lines.length).toBeGreaterThan(10)
    const logged = lines.join('')
    expect(logged).toContain('/api/v1/posts')
    expect(logged).not.toContain(client.secret.slice(3))
    expect(logged).not.toContain('Canary in the crates')
  })
})
