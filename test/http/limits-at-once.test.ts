import { randomUUID } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hashSecret } from '../../db/vault/secrets.ts'
import { oauthApps, redirect } from '../mcp/oauth-app.ts'
import { apiClient } from '../support/api.ts'
import { createTestApp, type TestApp } from '../support/app.ts'

let test: TestApp
const base = '/w/northside'
let northside: string
let adminId: string
beforeAll(async () => {
  test = await createTestApp()
  northside = test.workspaces.northside
  adminId = test.cast.admin.id
})
beforeEach(async () => {
  await test.sql`delete from throttle`
})

const post = (path: string, fields: Record<string, string>) =>
  test.cast.admin.post(`${base}/${path}`, new URLSearchParams(fields))

/** `fill` leaves room for five more, `add` tries one, and `count` says how many there are. */
type Limited = {
  most: number
  fill(most: number): Promise<unknown>
  add(n: number): Promise<unknown>
  count(): PromiseLike<{ length: number }>
}

const limited: Record<string, Limited> = {
  'keys of a workspace': {
    most: 50,
    fill: (many) => test.sql`
      insert into api_keys (workspace_id, user_id, name, secret_hash, hint, scopes, expires_at)
      select ${northside}, ${adminId}, 'many', decode(md5(n::text), 'hex'), 'many', '{read}', now() + interval '1 day'
      from generate_series(1, ${many}::int) n`,
    add: (n) => post('settings/developers/keys', { name: `Key ${n}`, scope: 'read', days: '30' }),
    count: () => test.sql`select from api_keys where workspace_id = ${northside}`,
  },
  'endpoints of a workspace': {
    most: 10,
    fill: (many) => test.sql`
      insert into webhook_endpoints (workspace_id, user_id, format, url_sealed, events, secret_sealed, created_at)
      select ${northside}, ${adminId}, 'standard', '', '{post.published}', '', now() from generate_series(1, ${many}::int)`,
    add: (n) =>
      post('settings/developers/webhooks', {
        url: `https://example.com/${n}`,
        format: 'standard',
        event: 'post.failed',
      }),
    count: () => test.sql`select from webhook_endpoints where workspace_id = ${northside}`,
  },
  'review links of a workspace': {
    most: 100,
    fill: (many) => test.sql`
      with settings as (update workspaces set review_stages = 'both' where id = ${northside})
      insert into review_links (workspace_id, user_id, name, token_hash, from_day, to_day, created_at, expires_at)
      select ${northside}, ${adminId}, 'many', decode(md5(n::text), 'hex'), '2099-12-01', '2099-12-31', now(), now() + interval '1 day'
      from generate_series(1, ${many}::int) n`,
    add: (n) => post('reviews/links', { name: `Link ${n}`, what: 'month', weeks: '2' }),
    count: () => test.sql`select from review_links where workspace_id = ${northside}`,
  },
  'clients of a review link': {
    most: 50,
    fill: async (many) => {
      await test.sql`delete from review_links`
      await test.sql`
        with link as (insert into review_links (workspace_id, user_id, name, token_hash, from_day, to_day, created_at, expires_at)
          values (${northside}, ${adminId}, 'one', ${hashSecret(linkCode)}, '2099-12-01', '2099-12-31', now(), now() + interval '1 day')
          returning id)
        insert into client_reviewers (workspace_id, link_id, name, cookie_hash, created_at)
        select ${northside}, link.id, 'many', decode(md5(n::text), 'hex'), now() from link, generate_series(1, ${many}::int) n`
    },
    add: (n) => test.browser().post(`/review/${linkCode}/name`, { name: `Client ${n}` }),
    count: () => test.sql`select from client_reviewers`,
  },
  'labels of a workspace': {
    most: 200,
    fill: (many) => test.sql`
      insert into labels (workspace_id, name, name_key, color)
      select ${northside}, 'l' || n, 'l' || n, 'red' from generate_series(1, ${many}::int) n`,
    add: (n) => post('settings/labels', { name: `Label ${n}`, color: 'red' }),
    count: () => test.sql`select from labels where workspace_id = ${northside}`,
  },
  'saved captions of a workspace': {
    most: 300,
    fill: (many) => test.sql`
      insert into captions (workspace_id, kind, name, name_key, text)
      select ${northside}, 'caption', 'c' || n, 'c' || n, 'x' from generate_series(1, ${many}::int) n`,
    add: (n) => post('settings/captions', { name: `Caption ${n}`, text: 'x', kind: 'caption' }),
    count: () => test.sql`select from captions where workspace_id = ${northside}`,
  },
  'reports of a workspace': {
    most: 100,
    fill: (many) => test.sql`
      insert into reports (workspace_id, created_by, title, period, sections, color, hours, date_order, week_start)
      select ${northside}, ${adminId}, 'many', 'month', '{summary}', '000000', 24, 'dmy', 1
      from generate_series(1, ${many}::int)`,
    add: (n) =>
      post('reports', {
        title: `Report ${n}`,
        period: 'month',
        section: 'summary',
        color: '#123456',
      }),
    count: () => test.sql`select from reports where workspace_id = ${northside}`,
  },
  'notes of a workspace in Insights': {
    most: 500,
    fill: (many) => test.sql`
      insert into annotations (workspace_id, day, text) select ${northside}, '2026-01-01', 'x' from generate_series(1, ${many}::int)`,
    add: () => post('insights/notes', { day: today(), text: 'Sale', about: 'all' }),
    count: () => test.sql`select from annotations where workspace_id = ${northside}`,
  },
}
const linkCode = 'A'.repeat(43)
const today = () => new Date(test.deps.now()).toISOString().slice(0, 10)

describe('20 requests at once can’t pass the limit of', () => {
  for (const [title, { most, fill, add, count }] of Object.entries(limited))
    it(`${title}, ${most}`, async () => {
      await fill(most - 5)
      const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => add(n)))
      const statuses = answers.map((answer) => (answer as { status: number }).status)
      expect([(await count()).length, statuses.filter((one) => one < 400)]).toEqual([
        most,
        Array(5).fill(expect.any(Number)),
      ])
    })

  it('apps that are connected to a workspace, together with its keys', async () => {
    const { send } = oauthApps(() => test)
    await test.sql`delete from api_keys`
    await limited['keys of a workspace']?.fill(45)
    const verifier = 'v'.repeat(43)
    const codes = Array.from({ length: 20 }, (_, n) => `${n}`.padEnd(43, 'c'))
    const clients = codes.map(() => randomUUID())
    await test.sql`
      insert into oauth_clients (id, name, redirect_uris, expires_at)
      select id, 'App', array[${redirect}], now() + interval '1 day' from unnest(${clients}::uuid[]) id`
    await test.sql`
      insert into oauth_codes (code_hash, workspace_id, user_id, client_id, redirect_uri, challenge, scopes, expires_at)
      select decode(code, 'hex'), ${northside}, ${adminId}, client, ${redirect}, encode(sha256(${verifier}), 'base64'), '{read}', now() + interval '1 minute'
      from unnest(${codes.map((code) => hashSecret(code).toString('hex'))}::text[], ${clients}::uuid[]) as c (code, client)`
    await test.sql`update oauth_codes set challenge = translate(rtrim(challenge, '='), '+/', '-_')`
    const answers = await Promise.all(
      codes.map((code, n) =>
        send('/oauth/token', {
          ...{ grant_type: 'authorization_code', client_id: clients[n]!, code },
          ...{ redirect_uri: redirect, code_verifier: verifier },
        }),
      ),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(5)
    expect(await test.sql`select from api_keys`).toHaveLength(50)
    await test.sql`delete from api_keys`
  })

  it('registered apps, 10,000: the oldest makes way', async () => {
    await test.sql`
      insert into oauth_clients (name, redirect_uris, expires_at)
      select 'App', array[${redirect}], now() + interval '1 day'
      from generate_series(1, (select 9995 - count(*)::int from oauth_clients))`
    const { register } = oauthApps(() => test)
    const answers = await Promise.all(Array.from({ length: 20 }, () => register([redirect])))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
    expect(await test.sql`select from oauth_clients`).toHaveLength(10_000)
  })

  it('unfinished uploads of a person, 20', async () => {
    const program = await apiClient(test, { workspaceId: northside, userId: adminId })
    const begin = () =>
      program.call('POST', '/uploads', {
        headers: { 'Tus-Resumable': '1.0.0', 'Upload-Length': '1000' },
      })
    const answers = await Promise.all(Array.from({ length: 30 }, begin))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(20)
  })

  it('checked imports of a person, 5: the oldest makes way', async () => {
    const { admin } = test.cast
    const importOne = (n: number) => {
      const form = new FormData()
      form.set('file', new File([`text,state\nHello ${n},draft\n`], 'posts.csv'))
      const headers = { Origin: test.deps.config.publicUrl }
      return admin.request(`${base}/posts/import`, { method: 'POST', body: form, headers })
    }
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => importOne(n)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([303]))
    const kept = await test.sql`select from imports where state = 'checked'`
    expect(kept).toHaveLength(5)
  })
})
