import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTiktokIssuer } from '../../../platforms/tiktok/grant.ts'
import { ok, paths, refusal, type Script, startScript } from './script.ts'

let script: Script
const signal = new AbortController().signal
const issuer = () =>
  createTiktokIssuer({ clientKey: 'sbx_key', clientSecret: 'sbx_secret', apiUrl: script.url })
const tokenAnswer = {
  body: `{"access_token":"act.sbx1","expires_in":86400,"refresh_token":"rft.sbx1","refresh_expires_in":31536000,
   "open_id":"-000SbxOpenId1","scope":"user.info.basic,video.list,video.publish","token_type":"Bearer"}`,
}
const user = ok(
  '{"user":{"open_id":"-000SbxOpenId1","display_name":"Crate Demo","username":"crate.demo"}}',
)

beforeEach(async () => {
  script = await startScript()
})
afterEach(() => script.close())

const formOf = (path: string) => new URLSearchParams(script.callsOf(path)[0]?.body.toString())

describe('consent', () => {
  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk-CrateSocial'
  const consent = (redirectUri: string) =>
    new URL(issuer().consentUrl({ redirectUri, state: 'st-1', verifier, again: false }))

  test('is requested as a web app on https: always shown, without PKCE', () => {
    const url = consent('https://crate.example/oauth/tiktok/callback')
    expect(url.origin + url.pathname).toBe('https://www.tiktok.com/v2/auth/authorize/')
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_key: 'sbx_key',
      response_type: 'code',
      scope:
        'user.info.basic,user.info.profile,video.publish,video.upload,video.list,user.info.stats',
      redirect_uri: 'https://crate.example/oauth/tiktok/callback',
      state: 'st-1',
      disable_auto_auth: '1',
    })
  })
  test('is requested as a desktop app on localhost, with the hex challenge', () => {
    const query = consent('http://localhost:3000/oauth/tiktok/callback').searchParams
    expect(query.get('code_challenge')).toBe(
      'ff5512844c2b5c444b6544d4c2021143838bd4bc8ed33fa617c683cb075f75ee',
    )
    expect(query.get('code_challenge_method')).toBe('S256')
  })
  test('returns the whole code, or says why there is none', () => {
    expect(issuer().readCallback({ code: 'abc*v!5236.s1', state: 's' })).toEqual({
      code: 'abc*v!5236.s1',
    })
    expect(
      issuer().readCallback({ error: 'access_denied', error_description: '<b>x</b>' }),
    ).toEqual({
      refused: 'TikTok says that the connection was declined. Nothing was connected.',
    })
    expect(issuer().readCallback({})).toHaveProperty('refused')
  })
})

describe('tokens', () => {
  test('come from a code, with the lifetimes and scopes in the response', async () => {
    script.answer(paths.token, tokenAnswer)
    script.answer(paths.user, user)
    const before = Date.now()
    const tokens = await issuer().exchange({
      code: 'abc*v!5236.s1',
      redirectUri: 'https://c.example/cb',
      verifier: 'v',
      signal,
    })
    expect(tokens).toMatchObject({
      accessToken: 'act.sbx1',
      refreshToken: 'rft.sbx1',
      scopes: ['user.info.basic', 'video.list', 'video.publish'],
      userId: '-000SbxOpenId1',
      userName: 'Crate Demo',
    })
    expect((tokens.expiresAtMs ?? 0) - before).toBeGreaterThanOrEqual(86_400_000)
    expect((tokens.refreshExpiresAtMs ?? 0) - before).toBeGreaterThanOrEqual(31_536_000_000)
    expect(Object.fromEntries(formOf(paths.token))).toEqual({
      client_key: 'sbx_key',
      client_secret: 'sbx_secret',
      grant_type: 'authorization_code',
      code: 'abc*v!5236.s1',
      redirect_uri: 'https://c.example/cb',
    })
  })
  test('are kept when TikTok cannot return the name', async () => {
    script.answer(paths.token, tokenAnswer)
    script.answer(paths.user, refusal(500, 'internal_error'))
    const request = {
      code: 'c',
      redirectUri: 'http://127.0.0.1:3000/cb',
      verifier: 'the-verifier',
      signal,
    }
    expect(await issuer().exchange(request)).toMatchObject({
      accessToken: 'act.sbx1',
      userName: '',
    })
    expect(formOf(paths.token).get('code_verifier')).toBe('the-verifier')
  })
  test('promise U2: renewing returns the new pair in one call', async () => {
    script.answer(paths.token, {
      body: tokenAnswer.body.replace('rft.sbx1', 'rft.sbx2').replace('86400', '7200'),
    })
    const tokens = await issuer().renew(
      { accessToken: 'act.old', refreshToken: 'rft.sbx1' },
      signal,
    )
    expect(tokens).toMatchObject({ refreshToken: 'rft.sbx2' })
    expect((tokens?.expiresAtMs ?? 0) - Date.now()).toBeLessThanOrEqual(7_200_000)
    expect(formOf(paths.token).get('refresh_token')).toBe('rft.sbx1')
    expect(script.calls).toHaveLength(1)
  })
  test.each([
    [
      'an error with HTTP 200',
      {
        body: '{"error":"invalid_grant","error_description":"Refresh token is invalid or expired.","log_id":"L1"}',
      },
      'reauthorize',
    ],
    [
      'an error with HTTP 400',
      { status: 400, body: '{"error":"invalid_client","error_description":"x","log_id":"L1"}' },
      'permission',
    ],
    ['their fault', { status: 500, body: '{"error":"server_error","log_id":"L1"}' }, 'unavailable'],
    ['an answer without tokens', { body: '{}' }, 'unavailable'],
    ['half an answer', { body: '{"access_token":"act.' }, 'unavailable'],
    ['no answer', { drop: true }, 'unavailable'],
  ])(
    'renewing with %s fails with the right kind and reveals no secret',
    async (_name, answer, kind) => {
      script.answer(paths.token, answer)
      const error = await issuer()
        .renew({ accessToken: 'a', refreshToken: 'rft.secret' }, signal)
        .catch((cause: unknown) => cause)
      expect(error).toMatchObject({ kind })
      expect(JSON.stringify(error) + String(error)).not.toMatch(/rft\.secret|sbx_secret/)
    },
  )
  test('a grant without a refresh token can only be reconnected', async () => {
    await expect(
      issuer().renew({ accessToken: 'a', refreshToken: null }, signal),
    ).rejects.toMatchObject({ kind: 'reauthorize' })
  })
})

describe('the account', () => {
  test('is the one creator, and only fields of granted scopes are requested', async () => {
    script.answer(
      paths.user,
      user,
      ok('{"user":{"open_id":"-000SbxOpenId1","display_name":"Crate Demo"}}'),
    )
    const all = ['user.info.basic', 'user.info.profile', 'video.publish']
    expect(
      (await issuer().listAccounts({ accessToken: 'act.1', scopes: all }, signal)).offers,
    ).toEqual([
      {
        platform: 'tiktok',
        accountId: '-000SbxOpenId1',
        name: 'Crate Demo',
        handle: 'crate.demo',
        accountToken: null,
        settings: { username: 'crate.demo' },
        avatarUrl: null,
        blocked: null,
      },
    ])
    const { offers } = await issuer().listAccounts(
      { accessToken: 'act.1', scopes: ['user.info.basic'] },
      signal,
    )
    const [offer] = offers
    expect(offer?.blocked).toContain('permission to publish')
    const asked = script.callsOf(paths.user).map((call) => call.path.split('=')[1])
    expect(asked).toEqual([
      'open_id,display_name,avatar_url_100,username',
      'open_id,display_name,avatar_url_100',
    ])
    expect(script.calls[0]?.headers.authorization).toBe('Bearer act.1')
  })
  test('a token is valid while TikTok answers for the same creator', async () => {
    script.answer(
      paths.user,
      user,
      refusal(401, 'access_token_invalid'),
      refusal(429, 'rate_limit_exceeded'),
    )
    const tokens = { accessToken: 'act.1', userId: '-000SbxOpenId1' }
    expect(await issuer().inspect(tokens, signal)).toMatchObject({ valid: true, scopes: null })
    expect(await issuer().inspect(tokens, signal)).toMatchObject({ valid: false })
    await expect(issuer().inspect(tokens, signal)).rejects.toMatchObject({ kind: 'rate_limited' })
  })
})

describe('promise R2: revoking', () => {
  const revoke = () => issuer().revoke({ accessToken: 'act.1', userId: 'x' }, signal)
  test('an empty response means success', async () => {
    script.answer(paths.revoke, { status: 200, body: '' })
    await revoke()
    expect(formOf(paths.revoke).get('token')).toBe('act.1')
  })
  test('a grant that has already ended counts as success', async () => {
    script.answer(
      paths.revoke,
      { body: '{"error":"invalid_grant","log_id":"L"}' },
      refusal(401, 'access_token_invalid'),
    )
    await revoke()
    await revoke()
    expect(script.calls).toHaveLength(2)
  })
  test('a refusal or a server error is thrown', async () => {
    script.answer(
      paths.revoke,
      { body: '{"error":"invalid_client","log_id":"L"}' },
      { status: 502, body: '' },
      { drop: true },
    )
    await expect(revoke()).rejects.toMatchObject({ kind: 'permission' })
    await expect(revoke()).rejects.toMatchObject({ kind: 'unavailable' })
    await expect(revoke()).rejects.toMatchObject({ kind: 'unavailable' })
  })
})
