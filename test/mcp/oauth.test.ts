import { randomBytes } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { lowerApiKeys } from '../../db/api/keys.ts'
import { tx } from '../../db/postgres/connect.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { type Fields, type OauthApp, oauthApps, redirect } from './oauth-app.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})
// All apps of this test register from one network.
beforeEach(async () => {
  await test.sql`delete from throttle`
})

const {
  publicUrl,
  send,
  ask,
  answer,
  connected,
  exchange,
  refresh,
  statusOf,
  connections,
  register,
} = oauthApps(() => test)
const refusedCode = { status: 400, body: { error: 'invalid_grant' } }

describe('an app that connects by OAuth', () => {
  it('finds the way from the answer 401, registers, is allowed by a person, and works as they said', async () => {
    const app = await ask()
    expect(app.known.question?.searchParams.get('resource')).toBe(`${publicUrl()}/mcp`)
    const { page, done, back } = await answer(app, test.cast.admin, ['read'])
    expect(page.text).toContain('Nobody has checked this name')
    expect(page.text).toContain('a program on this computer')
    expect(page.text.match(/value="\w+" checked/g)).toEqual([
      'value="read" checked',
      'value="draft" checked',
    ])
    expect(done.text).toContain('Back to the app')
    expect([back.get('state'), back.get('iss')]).toEqual(['state & more', publicUrl()])
    await app.open().finishAuth(back)
    expect(app.known.tokens).toMatchObject({ scope: 'read', expires_in: 3600 })
    const call = await app.connect()
    expect((await call('list_accounts')).isError).toBeFalsy()
    const refused = await call('draft_post', { idempotencyKey: 'a', text: 'Hello' })
    expect(refused.structuredContent?.code).toBe('scope_missing')
    expect(await statusOf(app.known.tokens?.access_token ?? '', '/api/v1/key')).toBe(401)
  })

  it('gets new tokens with its refresh token after an hour, and stays one connection', async () => {
    const { app, call } = await connected(test.cast.admin)
    const before = app.refreshToken()
    await test.sql`update app_tokens set expires_at = now() - interval '1 second' where kind = 'access'`
    expect((await call('get_workspace')).isError).toBeFalsy()
    expect(app.refreshToken()).not.toBe(before)
    expect(await connections(app)).toBe(1)
  })

  it('loses the connection if a refresh token comes a second time', async () => {
    const { app } = await connected(test.cast.admin)
    const first = app.refreshToken()
    const [key] = await test.sql`select id from api_keys where client_id = ${app.clientId()}`
    const next = await refresh(app, first)
    expect(await statusOf(next.body.access_token)).not.toBe(401)
    expect(await refresh(app, first)).toMatchObject(refusedCode)
    expect(await statusOf(next.body.access_token)).toBe(401)
    expect(await refresh(app, next.body.refresh_token)).toMatchObject(refusedCode)
    const events = await test.sql`select name from events where subject_id = ${key!.id}`
    expect(events.map(({ name }) => name).sort()).toEqual(['app.connected', 'app.stopped'])
  })

  it('can end its connection itself, but not that of another app', async () => {
    const [{ app }, other] = [await connected(test.cast.admin), await ask()]
    const token = app.refreshToken()
    expect((await send('/oauth/revoke', { token, client_id: other.clientId() })).status).toBe(200)
    expect(await refresh(other, token)).toMatchObject(refusedCode)
    expect(await connections(app)).toBe(1)
    expect((await send('/oauth/revoke', { token, client_id: app.clientId() })).status).toBe(200)
    expect(await connections(app)).toBe(0)
  })
})

describe('a code', () => {
  it('works once, for a minute, and what was made with it ends if it comes again', async () => {
    const { app, code } = await connected(test.cast.admin)
    const { access_token: token = '' } = app.known.tokens ?? {}
    expect(await statusOf(token)).not.toBe(401)
    expect(await exchange(app, code)).toMatchObject(refusedCode)
    expect(await statusOf(token)).toBe(401)
    const late = await ask()
    const { back } = await answer(late, test.cast.admin, ['read'])
    await test.sql`update oauth_codes set expires_at = expires_at - interval '1 minute' where used_at is null`
    expect(await exchange(late, back.get('code') ?? '')).toMatchObject(refusedCode)
    const odd = await exchange(late, back.get('code') ?? '', { grant_type: 'constructor' })
    expect(odd).toMatchObject({ status: 400, body: { error: 'unsupported_grant_type' } })
  })

  it('makes one connection of two exchanges at once, which ends because one of them is a copy', async () => {
    const app = await ask()
    const { back } = await answer(app, test.cast.admin, ['read'])
    const code = back.get('code') ?? ''
    const both = await Promise.all([exchange(app, code), exchange(app, code)])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 400])
    expect(await connections(app)).toBe(0)
  })

  const wrong: Record<string, Fields> = {
    'another verifier': { code_verifier: randomBytes(32).toString('base64url') },
    'another redirect URI': { redirect_uri: 'http://127.0.0.1:4567/other' },
    'another resource': { resource: 'https://elsewhere.example/mcp' },
  }
  for (const [title, changed] of Object.entries(wrong))
    it(`is refused with ${title}`, async () => {
      const app = await ask()
      const { back } = await answer(app, test.cast.admin, ['read'])
      const found = await exchange(app, back.get('code') ?? '', changed)
      const error = 'resource' in changed ? 'invalid_target' : 'invalid_grant'
      expect(found).toMatchObject({ status: 400, body: { error } })
      expect(await connections(app)).toBe(0)
    })

  it('is refused if it gives what its person may not give any more', async () => {
    const app = await ask()
    const { back } = await answer(app, test.cast.admin, ['read', 'publish'])
    await test.sql`update memberships set role = 'manager' where user_id = ${test.cast.admin.id}`
    expect(await exchange(app, back.get('code') ?? '')).toMatchObject(refusedCode)
    await test.sql`update memberships set role = 'admin' where user_id = ${test.cast.admin.id}`
  })

  it('is refused if an admin takes the role from its person at the same moment', async () => {
    const app = await ask()
    const { back } = await answer(app, test.cast.admin, ['read', 'publish'])
    let exchanging: ReturnType<typeof exchange> | undefined
    await tx(test.sql, async (t) => {
      await t`update memberships set role = 'manager' where user_id = ${test.cast.admin.id}`
      exchanging = exchange(app, back.get('code') ?? '')
      const waits = () =>
        test.sql`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
      await expect.poll(waits).toHaveLength(1)
    })
    expect(await exchanging).toMatchObject(refusedCode)
    await test.sql`update memberships set role = 'admin' where user_id = ${test.cast.admin.id}`
  })

  it('is refused if the workspace has as many keys and apps as it can have', async () => {
    const app = await ask()
    const { back } = await answer(app, test.cast.admin, ['read'])
    const { northside } = test.workspaces
    await test.sql`
      insert into api_keys (workspace_id, user_id, name, secret_hash, hint, scopes, expires_at)
      select ${northside}, ${test.cast.admin.id}, 'many', decode(md5(n::text), 'hex'), 'many', '{read}', now() + interval '1 day'
      from generate_series(1, 50) n`
    expect(await exchange(app, back.get('code') ?? '')).toMatchObject(refusedCode)
    await test.sql`delete from api_keys where name = 'many'`
  })
})

describe('the page that asks', () => {
  it('sends nobody to an address that the app did not register, and tells the app what it did wrong', async () => {
    const app = await ask()
    const open = async (changed: Fields) => {
      const url = new URL(app.known.question!)
      for (const [name, value] of Object.entries(changed)) url.searchParams.set(name, value)
      return test.cast.admin.get(url.pathname + url.search)
    }
    for (const uri of [`${redirect}/more`, 'https://evil.example/callback', 'javascript:1']) {
      const page = await open({ redirect_uri: uri })
      expect([uri, page.status, page.location]).toEqual([uri, 400, null])
    }
    const otherPort = { redirect_uri: 'http://127.0.0.1:9999/callback' }
    expect((await open(otherPort)).status).toBe(200)
    const faults: [Fields, string][] = [
      [{ code_challenge_method: 'plain' }, 'invalid_request'],
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ resource: 'https://elsewhere.example/mcp' }, 'invalid_target'],
    ]
    for (const [changed, error] of faults) {
      const { location } = await open(changed)
      expect(new URL(location ?? '').searchParams.get('error')).toBe(error)
    }
  })

  it('leads nobody to a website by itself, because anyone can register one', async () => {
    const { body } = await register(['https://app.example/back'])
    const asked = { client_id: body.client_id, redirect_uri: 'https://app.example/back' }
    const question = new URLSearchParams({ ...asked, response_type: 'token' })
    const page = await test.cast.admin.get(`/oauth/authorize?${question}`)
    expect([page.status, page.location, page.headers.get('Refresh')]).toEqual([400, null, null])
    expect(page.text).toContain('<strong>app.example</strong>')
    expect(page.text).toContain('href="https://app.example/back?error=unsupported_response_type')
  })

  it('lets managers allow no more than read and draft, and only in their workspaces', async () => {
    const app = await ask()
    const { page, done } = await answer(app, test.cast.manager, ['read', 'publish'])
    expect(page.text).not.toContain('value="publish"')
    expect([done.status, done.text.includes('Only admins of Northside Records')]).toEqual([
      422,
      true,
    ])
    const foreign = await answer(app, test.cast.manager, ['read'], { workspace: 'elsewhere' })
    expect([foreign.done.status, foreign.back.get('code')]).toEqual([422, null])
    const none = await answer(app, test.cast.manager, [])
    expect(none.done.text).toContain('Choose what the app may do.')
  })

  it('is refused to forms of other websites', async () => {
    const headers = { Origin: 'https://evil.example' }
    expect((await test.cast.admin.post('/oauth/authorize', {}, headers)).status).toBe(403)
  })
})

describe('a registration', () => {
  it('takes only addresses with https or on this computer, and at most ten', async () => {
    const good = ['https://app.example/back', 'http://[::1]/back']
    expect((await register(good)).status).toBe(201)
    const bad = ['http://app.example/', 'app:/back', 'https://a@b.example/', 'https://b.example/#x']
    const odd = ['https://b.example/\u0000', 'https://bücher.example/', ' https://b.example/']
    for (const uri of [...bad, ...odd])
      expect([uri, (await register([uri])).status]).toEqual([uri, 400])
    const many = Array.from({ length: 11 }, (_, n) => `https://b.example/${n}`)
    expect((await register(many)).status).toBe(400)
    expect((await register(good, '\u200b\u3164')).body.client_name).toBe('An app')
  })

  it('takes the place of the oldest that nobody connected, if there are too many', async () => {
    const { app } = await connected(test.cast.admin)
    const old = await ask()
    await test.sql`
      update oauth_clients set created_at = now() - interval '2 days' where id in (${app.clientId()}, ${old.clientId()})`
    await test.sql`
      insert into oauth_clients (name, redirect_uris, expires_at)
      select 'many', '{https://b.example/}', now() + interval '1 day'
      from generate_series((select count(*) + 1 from oauth_clients), 10000)`
    expect((await register(['https://app.example/back'])).status).toBe(201)
    const left = await test.sql`
      select id from oauth_clients where id in (${app.clientId()}, ${old.clientId()})`
    expect(left).toEqual([{ id: app.clientId() }])
    await test.sql`delete from oauth_clients where name = 'many'`
  })
})

describe('a connected app', () => {
  it('is listed for its person and for admins, and each can disconnect it', async () => {
    const { admin, manager } = test.cast
    const [mine, theirs] = [await connected(manager), await connected(manager)]
    for (const [who, path] of [
      [manager, '/account'],
      [admin, '/w/northside/settings/developers'],
    ] as const)
      expect((await who.get(path)).text).toContain('Crate Helper')
    const idOf = async ({ app }: { app: OauthApp }): Promise<string> =>
      (await test.sql`select id from api_keys where client_id = ${app.clientId()}`)[0]!.id
    const [first, second] = [await idOf(mine), await idOf(theirs)]
    expect((await admin.post(`/account/apps/${first}/end`)).status).toBe(404)
    expect((await manager.post(`/account/apps/${first}/end`)).status).toBe(303)
    const path = `/w/northside/settings/developers/keys/${second}/end`
    expect((await admin.post(path)).location).toContain('said=app-ended')
    for (const { app } of [mine, theirs])
      expect(await statusOf(app.known.tokens?.access_token ?? '')).toBe(401)
  })

  it('keeps only read and draft when its admin becomes a manager', async () => {
    const { app, call } = await connected(test.cast.admin, ['read', 'schedule', 'publish'])
    await lowerApiKeys(test.sql, test.workspaces.northside, test.cast.admin.id)
    const [row] = await test.sql`select scopes from api_keys where client_id = ${app.clientId()}`
    expect(row?.scopes).toEqual(['read'])
    expect((await call('list_accounts')).isError).toBeFalsy()
  })
})
