import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Sandbox } from '../../local/sandbox/server.ts'
import {
  ada,
  advance,
  allScopes,
  appId,
  appSecret,
  archive,
  consent,
  control,
  exchange,
  graph,
  login,
  pageToken,
  records,
  recordsInstagram,
  redirectUri,
  startMeta,
} from './meta-cast.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startMeta()
})
beforeEach(() => control(sandbox, 'POST', '/reset'))
afterAll(() => sandbox.close())

const dialog = (query: Record<string, string>) =>
  fetch(`${sandbox.url}/facebook/v25.0/dialog/oauth?${new URLSearchParams(query)}`)
const asked = {
  client_id: appId,
  redirect_uri: redirectUri,
  state: 'a b',
  scope: 'pages_show_list,instagram_basic',
}

test('the dialog asks who you are, then shows permissions and accounts by name, without scripts', async () => {
  const people = await (await dialog(asked)).text()
  expect(people).toContain('<button name="person" value="10200000000000001">Ada Northside</button>')
  const form = await (await dialog({ ...asked, person: ada })).text()
  expect(form).toContain('Northside Records</label>')
  expect(form).toContain('@northsiderecords</label>')
  expect(form).toContain('pages_show_list</label>')
  expect(people + form).not.toContain('<script')
})

test('an unregistered redirect address, an unknown app or an unknown permission lead to an error page', async () => {
  for (const wrong of [
    { redirect_uri: `${redirectUri}/` },
    { client_id: '1' },
    { scope: 'pages_everything' },
  ]) {
    expect((await dialog({ ...asked, ...wrong })).status).toBe(400)
  }
})

test('canceling returns access_denied with the state unchanged', async () => {
  const url = await consent(sandbox, { decision: 'cancel' })
  expect(url.origin + url.pathname).toBe(redirectUri)
  expect(Object.fromEntries(url.searchParams)).toEqual({
    error: 'access_denied',
    error_code: '200',
    error_description: 'Permissions error',
    error_reason: 'user_denied',
    state: 'state-1',
  })
})

test('a code becomes a short token, then a long one, then Page tokens that do not expire', async () => {
  const back = await consent(sandbox)
  expect(back.searchParams.get('state')).toBe('state-1')
  const short = await exchange(sandbox, { code: back.searchParams.get('code') ?? '' })
  expect(short.body).toMatchObject({ token_type: 'bearer', expires_in: 5400 })
  const long = await exchange(sandbox, {
    grant_type: 'fb_exchange_token',
    fb_exchange_token: String(short.body.access_token),
  })
  expect(long.body).toMatchObject({ token_type: 'bearer', expires_in: 5_183_944 })
  expect(long.body.access_token).not.toBe(short.body.access_token)

  const token = await pageToken(sandbox, String(long.body.access_token), records)
  const debug = await graph(sandbox, 'GET', '/debug_token', {
    input_token: token,
    access_token: `${appId}|${appSecret}`,
  })
  expect(debug.body.data).toMatchObject({
    type: 'PAGE',
    profile_id: records,
    user_id: ada,
    expires_at: 0,
    is_valid: true,
  })
  const ofShort = await pageToken(sandbox, String(short.body.access_token), records)
  await advance(sandbox, 5_400_000)
  expect((await graph(sandbox, 'GET', '/me', { access_token: ofShort })).body.error).toMatchObject({
    code: 190,
    error_subcode: 463,
  })
  expect((await graph(sandbox, 'GET', '/me', { access_token: token })).body).toEqual({
    name: 'Northside Records',
    id: records,
  })
})

test('a code works once, for ten minutes, with its own redirect address, app and secret', async () => {
  const code = (await consent(sandbox)).searchParams.get('code') ?? ''
  const error = async (parameters: Record<string, string>) =>
    (await exchange(sandbox, { code, ...parameters })).body.error
  expect(await error({ client_id: '1' })).toMatchObject({ code: 101 })
  expect(await error({ client_secret: 'x' })).toMatchObject({ code: 1 })
  expect(await error({ redirect_uri: 'http://localhost:3000/' })).toMatchObject({
    code: 100,
    error_subcode: 36008,
  })
  expect(await error({})).toBeUndefined()
  const used = await exchange(sandbox, { code })
  expect(used.status).toBe(400)
  expect(used.body.error).toMatchObject({ code: 100, error_subcode: 36009, type: 'OAuthException' })
  expect(used.headers.get('www-authenticate')).toBe(
    'OAuth "Facebook Platform" "invalid_code" "This authorization code has been used."',
  )
  const late = (await consent(sandbox)).searchParams.get('code') ?? ''
  await advance(sandbox, 10 * 60_000)
  expect((await exchange(sandbox, { code: late })).body.error).toMatchObject({
    code: 100,
    error_subcode: 36007,
  })
})

test('the app token can be requested', async () => {
  const { body } = await exchange(sandbox, { grant_type: 'client_credentials' })
  expect(body).toEqual({ access_token: `${appId}|${appSecret}`, token_type: 'bearer' })
})

test('/me/accounts returns the requested nested fields, in pages, and only shared Pages', async () => {
  const token = await login(sandbox, { pages: [records, archive] })
  const fields = 'id,name,tasks,access_token,picture{url},instagram_business_account{id,username}'
  const { body } = await graph(sandbox, 'GET', '/me/accounts', {
    fields,
    access_token: token,
    limit: 1,
  })
  const [page] = body.data as Record<string, unknown>[]
  expect(page).toMatchObject({
    id: records,
    name: 'Northside Records',
    instagram_business_account: { id: recordsInstagram, username: 'northsiderecords' },
    picture: { data: { url: `${sandbox.url}/facebook/avatar/${records}.png` } },
  })
  const { next } = body.paging as { next: string }
  const rest = (await (await fetch(next)).json()) as {
    data: { id: string; tasks: string[] }[]
    paging: { next?: string }
  }
  expect(rest.data.map(({ id }) => id)).toEqual([archive])
  expect(rest.data[0]?.tasks).not.toContain('CREATE_CONTENT')
  expect(rest.paging.next).toBeUndefined()
})

test('an unknown field or an unreadable field list fails the call', async () => {
  const token = await login(sandbox)
  const error = async (fields: string) =>
    (await graph(sandbox, 'GET', '/me', { fields, access_token: token })).body.error
  expect(await error('id,shoe_size')).toMatchObject({
    code: 100,
    message: '(#100) Tried accessing nonexisting field (shoe_size) on node type (User)',
  })
  expect(await error('id,picture{url')).toMatchObject({ code: 2500 })
})

test('declined permissions stay declined until they are requested again with rerequest', async () => {
  const granted = allScopes.filter((scope) => scope !== 'read_insights')
  let token = await login(sandbox, { grant: granted })
  const statusOf = async () => {
    const { body } = await graph(sandbox, 'GET', '/me/permissions', { access_token: token })
    return (body.data as { permission: string; status: string }[]).find(
      ({ permission }) => permission === 'read_insights',
    )?.status
  }
  expect(await statusOf()).toBe('declined')
  token = await login(sandbox)
  expect(await statusOf()).toBe('declined')
  token = await login(sandbox, { extra: { auth_type: 'rerequest' } })
  expect(await statusOf()).toBe('granted')
})

test('with config_id, all permissions of the configuration are granted', async () => {
  const token = await login(sandbox, { grant: [], extra: { config_id: '77' } })
  const { body } = await graph(sandbox, 'GET', '/me/permissions', { access_token: token })
  expect(body.data).toContainEqual({ permission: 'instagram_content_publish', status: 'granted' })
})

test('tokens fail in every way the platform documents', async () => {
  const states = {
    expired: 463,
    revoked: 458,
    password_changed: 460,
    logged_out: 467,
    checkpoint: 459,
  }
  for (const [tokens, subcode] of Object.entries(states)) {
    const user = await login(sandbox)
    const page = await pageToken(sandbox, user, records)
    await control(sandbox, 'POST', `/accounts/meta/people/${ada}/state`, { tokens })
    for (const access_token of [user, page]) {
      expect((await graph(sandbox, 'GET', '/me', { access_token })).body.error).toMatchObject({
        code: 190,
        error_subcode: subcode,
      })
    }
    const debug = await graph(sandbox, 'GET', '/debug_token', {
      input_token: page,
      access_token: `${appId}|${appSecret}`,
    })
    expect(debug.body.data).toMatchObject({ is_valid: false, error: { code: 190, subcode } })
  }
  const garbage = await graph(sandbox, 'GET', '/me', { access_token: 'garbage' })
  expect(garbage.body.error).toMatchObject({ code: 190 })
  expect(garbage.body.error).not.toHaveProperty('error_subcode')
})

test('a lost Page role ends the Page token, but not the login', async () => {
  const user = await login(sandbox)
  const page = await pageToken(sandbox, user, records)
  await control(sandbox, 'POST', `/accounts/meta/pages/${records}/state`, {
    personId: ada,
    role: 'lost',
  })
  expect((await graph(sandbox, 'GET', '/me', { access_token: page })).body.error).toMatchObject({
    code: 190,
    error_subcode: 492,
  })
  expect((await graph(sandbox, 'GET', '/me', { access_token: user })).status).toBe(200)
})

test('after 90 days Instagram calls fail, but Page calls still work', async () => {
  const user = await login(sandbox)
  await control(sandbox, 'POST', `/accounts/meta/people/${ada}/state`, { dataAccess: 'expired' })
  expect(
    (await graph(sandbox, 'GET', `/${recordsInstagram}`, { access_token: user })).body.error,
  ).toMatchObject({ code: 10 })
  expect((await graph(sandbox, 'GET', `/${records}`, { access_token: user })).status).toBe(200)
})

test('DELETE permissions ends every token of the person', async () => {
  const user = await login(sandbox)
  const page = await pageToken(sandbox, user, records)
  const gone = await graph(sandbox, 'DELETE', `/${ada}/permissions`, { access_token: user })
  expect(gone.body).toEqual({ success: true })
  expect((await graph(sandbox, 'GET', '/me', { access_token: page })).body.error).toMatchObject({
    code: 190,
    error_subcode: 458,
  })
})

test('an appsecret_proof is checked when present, and required when the setting is on', async () => {
  const access_token = await login(sandbox)
  const appsecret_proof = createHmac('sha256', appSecret).update(access_token).digest('hex')
  expect((await graph(sandbox, 'GET', '/me', { access_token, appsecret_proof })).status).toBe(200)
  const wrong = await graph(sandbox, 'GET', '/me', {
    access_token,
    appsecret_proof: 'f'.repeat(64),
  })
  expect(wrong.body.error).toMatchObject({ code: 100, type: 'GraphMethodException' })
  await control(sandbox, 'PATCH', '/settings', { requireAppSecretProof: true })
  expect((await graph(sandbox, 'GET', '/me', { access_token })).body.error).toMatchObject({
    code: 100,
    type: 'GraphMethodException',
  })
})

test('the token can be in the header; without one, /me returns 2500', async () => {
  const token = await login(sandbox)
  for (const scheme of ['Bearer', 'OAuth']) {
    const response = await fetch(`${sandbox.url}/graph/v25.0/me`, {
      headers: { authorization: `${scheme} ${token}` },
    })
    expect(await response.json()).toMatchObject({ id: ada })
  }
  expect((await graph(sandbox, 'GET', '/me')).body.error).toMatchObject({ code: 2500 })
})

test('an expired version is served by the oldest active one, an unknown version is refused, an unknown path is not simulated', async () => {
  const token = await login(sandbox)
  const get = async (path: string) =>
    fetch(`${sandbox.url}/graph${path}${path.includes('?') ? '&' : '?'}access_token=${token}`)
  expect((await get('/v19.0/me')).status).toBe(200)
  const [call] = (
    await control<{ facts: object }[]>(sandbox, 'GET', '/ledger/calls?endpoint=me')
  ).slice(-1)
  expect(call?.facts).toEqual({ servedAs: 'v21.0' })
  expect((await get('/v99.0/me')).status).toBe(400)
  expect((await get('/v25.0/me/likes')).status).toBe(501)
})
