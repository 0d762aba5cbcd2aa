import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { isRegisteredRedirect } from '../../local/sandbox/tiktok/login/redirect-uris.ts'
import { allScopes, app, startTikTok, type TikTokCast } from './tiktok-cast.ts'

let tiktok: TikTokCast
beforeAll(async () => {
  tiktok = await startTikTok()
})
afterAll(() => tiktok.close())
beforeEach(() => tiktok.reset())

const authorizeUrl = (query: Record<string, string>) =>
  `${tiktok.sandbox.url}/tiktok/v2/auth/authorize/?${new URLSearchParams({
    client_key: app.key,
    response_type: 'code',
    scope: allScopes,
    redirect_uri: app.redirectUri,
    state: 's1',
    ...query,
  })}`

describe('the consent page', () => {
  test('offers every account by name, then the scopes with their descriptions', async () => {
    const pick = await (await fetch(authorizeUrl({}))).text()
    expect(pick).toContain('>northside.records</button>')
    expect(pick).toContain('>southside.club</button>')
    const account = pick.match(/name="account" value="([^"]+)"/)?.[1] ?? ''
    const consent = await (await fetch(authorizeUrl({ account }))).text()
    expect(consent).toContain('Post content to TikTok')
    expect(consent.match(/type="checkbox"/g)).toHaveLength(6)
  })

  test('returns code, granted scopes and state; unticked scopes are missing, except the basic one', async () => {
    const back = await tiktok.consent({ untick: ['video.list', 'user.info.basic'] })
    expect(back.origin + back.pathname).toBe(app.redirectUri)
    expect(back.searchParams.get('state')).toBe('s1')
    expect(back.searchParams.get('code')).toContain('*v!')
    expect(back.searchParams.get('scopes')).toBe(
      'user.info.basic,user.info.profile,user.info.stats,video.publish,video.upload',
    )
  })

  test('returns access_denied and the state when declined', async () => {
    const answer = await fetch(authorizeUrl({}), {
      method: 'POST',
      body: new URLSearchParams({ decision: 'cancel' }),
      redirect: 'manual',
    })
    const back = new URL(answer.headers.get('location') ?? '')
    expect(Object.fromEntries(back.searchParams)).toMatchObject({
      error: 'access_denied',
      state: 's1',
    })
  })

  test.each([
    ['redirect_uri', `${app.redirectUri}/`],
    ['redirect_uri', 'http://localhost:3000/'],
    ['client_key', 'other'],
  ])('never redirects to an untrusted address: %s %s', async (name, value) => {
    const answer = await fetch(authorizeUrl({ [name]: value }), { redirect: 'manual' })
    expect(answer.status).toBe(400)
    expect(answer.headers.get('location')).toBeNull()
  })

  test('refuses an unknown scope at the redirect_uri', async () => {
    const answer = await fetch(authorizeUrl({ scope: 'user.info.basic,video.delete' }), {
      redirect: 'manual',
    })
    expect(new URL(answer.headers.get('location') ?? '').searchParams.get('error')).toBe(
      'invalid_scope',
    )
  })

  test('is skipped for people who consented before, unless disable_auto_auth is 1', async () => {
    const { open_id: openId = '' } = await tiktok.login()
    const headers = { cookie: `tiktok_sandbox_user=${openId}` }
    const skipped = await fetch(authorizeUrl({ disable_auto_auth: '0' }), {
      headers,
      redirect: 'manual',
    })
    const shown = await fetch(authorizeUrl({ disable_auto_auth: '1' }), {
      headers,
      redirect: 'manual',
    })
    expect([skipped.status, shown.status]).toEqual([302, 200])
  })

  test('accepts a hex challenge and refuses base64url', async () => {
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk-CrateSocial'
    const hex = 'ff5512844c2b5c444b6544d4c2021143838bd4bc8ed33fa617c683cb075f75ee'
    const base64url = createHash('sha256').update(verifier).digest('base64url')
    const refused = await tiktok.consent({
      query: { code_challenge: base64url, code_challenge_method: 'S256' },
    })
    expect(refused.searchParams.get('error')).toBe('invalid_request')
    const code =
      (
        await tiktok.consent({ query: { code_challenge: hex, code_challenge_method: 'S256' } })
      ).searchParams.get('code') ?? ''
    const form = { grant_type: 'authorization_code', code, redirect_uri: app.redirectUri }
    expect((await tiktok.token({ ...form, code_verifier: 'x'.repeat(43) })).body.error).toBe(
      'invalid_request',
    )
    expect((await tiktok.token({ ...form, code_verifier: verifier })).body.access_token).toMatch(
      /^act\./,
    )
  })
})

test('a desktop app logs in over plain http on localhost, but only with a challenge', async () => {
  const redirectUri = 'http://localhost:4140/oauth/tiktok'
  const desktop = await startTikTok({
    type: 'desktop',
    redirectUri: 'http://localhost:*/oauth/tiktok',
  })
  try {
    const refused = await desktop.consent({ query: { redirect_uri: redirectUri } })
    expect(refused.searchParams.get('error')).toBe('invalid_request')
    const verifier = 'v'.repeat(43)
    const challenge = createHash('sha256').update(verifier).digest('hex')
    const query = {
      redirect_uri: redirectUri,
      code_challenge: challenge,
      code_challenge_method: 'S256',
    }
    const back = await desktop.consent({ query })
    expect(back.href).toContain(`${redirectUri}?code=`)
    const code = back.searchParams.get('code') ?? ''
    const form = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: verifier,
    }
    expect((await desktop.token(form)).body.access_token).toMatch(/^act\./)
  } finally {
    await desktop.close()
  }
})

test('redirect addresses: web apps need https, desktop apps a local host with a port or * as the port', () => {
  const uris = ['https://a.example/cb/', 'http://localhost:*/cb', 'http://127.0.0.1:4000/cb']
  const as = (type: 'web' | 'desktop', uri: string) =>
    isRegisteredRedirect(
      {
        key: '',
        secret: '',
        name: '',
        redirectUris: uris,
        type,
        verifiedPrefixes: [],
        audited: true,
      },
      uri,
    )
  expect(as('web', 'https://a.example/cb/')).toBe(true)
  expect(as('web', 'https://a.example/cb')).toBe(false)
  expect(as('web', 'http://127.0.0.1:4000/cb')).toBe(false)
  expect(as('desktop', 'http://127.0.0.1:4000/cb')).toBe(true)
  expect(as('desktop', 'http://localhost:3999/cb')).toBe(true)
  expect(as('desktop', 'http://localhost:3999/other')).toBe(false)
  expect(as('desktop', 'https://a.example/cb/')).toBe(false)
})

describe('tokens', () => {
  const exchange = (code: string) =>
    tiktok.token({ grant_type: 'authorization_code', code, redirect_uri: app.redirectUri })
  const renew = (refresh = '') =>
    tiktok.token({ grant_type: 'refresh_token', refresh_token: refresh })
  const newCode = async () => (await tiktok.consent()).searchParams.get('code') ?? ''

  test('a code works once, for ten minutes, with the same redirect_uri', async () => {
    const code = await newCode()
    const other = await tiktok.token({
      grant_type: 'authorization_code',
      code,
      redirect_uri: 'https://app.example.test/',
    })
    expect(other).toMatchObject({ status: 200, body: { error: 'invalid_request' } })
    expect((await exchange(code)).body).toMatchObject({
      expires_in: 7_200,
      refresh_expires_in: 15_552_000,
      token_type: 'Bearer',
    })
    expect((await exchange(code)).body.error).toBe('invalid_grant')
    const late = await newCode()
    await tiktok.advance(10 * 60_000)
    expect((await exchange(late)).body.error).toBe('invalid_grant')
  })

  test('a refresh rotates: the old refresh token is invalid, the old access token works until it expires', async () => {
    await tiktok.set({ tiktokTokenProfile: 'older' })
    const first = await tiktok.login()
    const second = (await renew(first.refresh_token)).body
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect((await renew(first.refresh_token)).body.error).toBe('invalid_grant')
    expect((await tiktok.api(first.access_token ?? '', '/v2/user/info/?fields=open_id')).code).toBe(
      'ok',
    )
    await tiktok.advance(86_400_000)
    expect(
      (await tiktok.api(second.access_token ?? '', '/v2/user/info/?fields=open_id')).code,
    ).toBe('access_token_invalid')
    const third = (await renew(second.refresh_token)).body
    expect(third.expires_in).toBe(86_400)
    // The 365 days start with the first token.
    expect(Number(third.refresh_expires_in)).toBeLessThanOrEqual(31_536_000 - 86_400)
    expect(Number(third.refresh_expires_in)).toBeGreaterThan(31_536_000 - 86_400 - 10)
  })

  test('tokens last two hours and 180 days, as since November 2026; an older profile can keep the refresh token', async () => {
    expect(await tiktok.login()).toMatchObject({
      expires_in: 7_200,
      refresh_expires_in: 15_552_000,
    })
    await tiktok.set({ tiktokTokenProfile: 'older', tiktokKeepRefreshToken: true })
    const first = await tiktok.login()
    expect((await renew(first.refresh_token)).body.refresh_token).toBe(first.refresh_token)
    expect((await renew(first.refresh_token)).body.refresh_token).toBe(first.refresh_token)
  })

  test('wrong keys, grant types and content types are flat errors, with status 400 when configured', async () => {
    expect(
      (await tiktok.token({ client_secret: 'wrong', grant_type: 'refresh_token' })).body,
    ).toMatchObject({
      error: 'invalid_client',
    })
    await tiktok.set({ tiktokOauthErrorStatus: 400 })
    const answer = await tiktok.token({ grant_type: 'password' })
    expect(answer.status).toBe(400)
    expect(answer.body.error).toBe('unsupported_grant_type')
    const json = await fetch(`${tiktok.sandbox.url}/tiktok-api/v2/oauth/token/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    })
    expect(((await json.json()) as { error: string }).error).toBe('invalid_request')
  })

  test('a tester can expire tokens at any point: the refresh token still works, until it expires too', async () => {
    const login = await tiktok.login()
    const expire = (which: object) =>
      tiktok.control('POST', '/accounts/tiktok/northside.records/expire-tokens', which)
    await expire({})
    expect((await tiktok.api(login.access_token ?? '', '/v2/user/info/?fields=open_id')).code).toBe(
      'access_token_invalid',
    )
    const renewed = (await renew(login.refresh_token)).body
    expect(
      (await tiktok.api(renewed.access_token ?? '', '/v2/user/info/?fields=open_id')).code,
    ).toBe('ok')
    await expire({ refresh: true })
    expect((await renew(renewed.refresh_token)).body.error).toBe('invalid_grant')
  })

  test('revoking returns an empty body and ends both tokens', async () => {
    const login = await tiktok.login()
    const body = new URLSearchParams({
      client_key: app.key,
      client_secret: app.secret,
      token: login.access_token ?? '',
    })
    const answer = await fetch(`${tiktok.sandbox.url}/tiktok-api/v2/oauth/revoke/`, {
      method: 'POST',
      body,
    })
    expect([answer.status, await answer.text()]).toEqual([200, ''])
    expect(
      (await tiktok.api(login.access_token ?? '', '/v2/user/info/?fields=open_id')).status,
    ).toBe(401)
    expect((await renew(login.refresh_token)).body.error).toBe('invalid_grant')
  })
})
