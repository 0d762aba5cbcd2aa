import { beforeAll, describe, expect, it } from 'vitest'
import { makeJpeg } from '../../local/media/media-files.ts'
import { createApp } from '../../web/app.ts'
import { type ApiClient, apiClient } from '../support/api.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { testConfig } from '../support/config.ts'
import { connectAll } from '../support/posts.ts'

let test: TestApp
let api: ApiClient
let facebook: string
beforeAll(async () => {
  test = await createTestApp({ config: testConfig({ API_REQUESTS_PER_HOUR: '100000' }) })
  const who = { workspaceId: test.workspaces.northside, userId: test.cast.admin.id }
  api = await apiClient(test, who)
  facebook = (await connectAll(test.deps, who)).facebook
})

const countPosts = async (text: string): Promise<number> => {
  const [row] = await test.sql<{ n: number }[]>`
    select count(*)::int as n from posts where text = ${text}`
  return row?.n ?? 0
}

describe('a write with an Idempotency-Key', () => {
  it('happens once, and 200 equal ones at once get one answer', async () => {
    const asked = { body: { text: 'Two hundred times' }, name: 'crate-0412' }
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => api.call('POST', '/posts', asked)),
    )
    expect(new Set(answers.map((one) => `${one.status} ${one.body.id}`)).size).toBe(1)
    expect(answers[0]?.status).toBe(201)
    expect(await countPosts('Two hundred times')).toBe(1)
    const other = await api.call('POST', '/posts', { ...asked, body: { text: 'Another' } })
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused'])
    expect(await countPosts('Another')).toBe(0)
  })

  it('gets the first answer from another server, also if the first one died before it answered', async () => {
    const elsewhere = twin(createApp({ ...test.deps }))
    const asked = { body: { text: 'From two servers' }, name: 'twice' }
    // Both servers at once: the second waits for the row of the first.
    const both = await Promise.all([
      api.call('POST', '/posts', asked),
      elsewhere.call('POST', '/posts', asked),
    ])
    expect(both[0]?.body).toEqual(both[1]?.body)
    expect(await countPosts('From two servers')).toBe(1)
    // What was committed is all that a killed server leaves behind.
    const later = await elsewhere.call('POST', '/posts', asked)
    expect(later.body).toEqual(both[0]?.body)
  })

  it('leaves nothing behind if its transaction does not commit, and can be sent again', async () => {
    const asked = { body: { text: 'Not yet' }, name: 'not-yet' }
    await test.sql`
      create function refuse_posts() returns trigger language plpgsql as $$ begin raise exception 'stop'; end $$`
    await test.sql`create trigger refuse_posts before insert on posts for each row execute function refuse_posts()`
    const failed = await api.call('POST', '/posts', asked)
    expect([failed.status, failed.body.code]).toEqual([500, 'failed'])
    expect(JSON.stringify(failed.body)).not.toContain('stop')
    await test.sql`drop trigger refuse_posts on posts`
    expect((await api.call('POST', '/posts', asked)).status).toBe(201)
    expect(await countPosts('Not yet')).toBe(1)
  })

  it('is refused without effect if the key is missing, and can be repeated if a rule refused it', async () => {
    const missing = await api.call('POST', '/posts', { headers: { 'Idempotency-Key': '' } })
    expect([missing.status, missing.body.code]).toEqual([400, 'idempotency_key_missing'])
    const { id } = (await api.call('POST', '/posts', { body: { text: 'Soon' } })).body
    const at = '2099-11-26T10:00:00Z'
    const asked = { body: { at }, name: 'soon' }
    expect((await api.call('POST', `/posts/${id}/schedule`, asked)).body.code).toBe('rules')
    await api.call('PATCH', `/posts/${id}`, {
      body: { accounts: [{ accountId: facebook }] },
      headers: { 'If-Match': '*' },
    })
    const signaled = test.signaled.length
    expect((await api.call('POST', `/posts/${id}/schedule`, asked)).status).toBe(200)
    expect((await api.call('POST', `/posts/${id}/schedule`, asked)).status).toBe(200)
    const [row] = await test.sql<{ n: number }[]>`
      select count(*)::int as n from events where subject_id = ${id} and name = 'post.scheduled'`
    expect([row?.n, test.signaled.length - signaled]).toEqual([1, 1])
  })

  it('stores an uploaded file once, and refuses another file under the same key', async () => {
    const upload = async (color: string) => {
      const response = await test.app.request('/api/v1/media?name=sleeve.jpg', {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${api.secret}`,
          'Idempotency-Key': 'sleeve',
          'Content-Type': 'application/octet-stream',
        },
        body: new Uint8Array(await makeJpeg({ width: 640, height: 640, color })),
      })
      return { status: response.status, body: await response.json() }
    }
    const first = await upload('red')
    expect(first).toMatchObject({ status: 201, body: { kind: 'image', state: 'ready' } })
    expect((await upload('red')).body).toEqual(first.body)
    expect(await upload('blue')).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    })
    const listed = await api.call('GET', '/media')
    expect(listed.body.data.map((one: { id: string }) => one.id)).toEqual([
      (first.body as { id: string }).id,
    ])
  })

  it('keeps no text of a post with its answer', async () => {
    await api.call('POST', '/posts', { body: { text: 'Only in the post' } })
    const rows = await test.sql`select * from api_requests`
    expect(rows.length).toBeGreaterThan(5)
    expect(JSON.stringify(rows)).not.toContain('Only in the post')
  })
})

/** The same key, used at another server. */
const twin = (other: TestApp['app']): Pick<ApiClient, 'call'> => ({
  call: async (method, path, asked = {}) => {
    const response = await other.request(`/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${api.secret}`,
        'Idempotency-Key': asked.name ?? crypto.randomUUID(),
        'Content-Type': 'application/json',
      },
      body: JSON.stringify(asked.body),
    })
    return { status: response.status, body: await response.json(), headers: response.headers }
  },
})
