import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Issuer } from '../../../platforms/grant.ts'
import { proofOf } from '../../../platforms/graph/client.ts'
import { createMetaIssuer } from '../../../platforms/graph/grant.ts'
import { type GraphServer, graphError, startGraphServer } from './server.ts'

let server: GraphServer
let issuer: Issuer
beforeAll(async () => {
  server = await startGraphServer()
  issuer = createMetaIssuer(server.settings)
})
afterAll(() => server.close())
beforeEach(() => {
  server.seen.length = 0
})

const signal = new AbortController().signal
const debugData = {
  app_id: '1234',
  type: 'USER',
  user_id: '1020',
  issued_at: 1795400000,
  expires_at: 1800583944,
  data_access_expires_at: 1803176000,
  is_valid: true,
}
const permissions = (granted: string[], declined: string[] = []) => ({
  body: {
    data: [
      ...granted.map((permission) => ({ permission, status: 'granted' })),
      ...declined.map((permission) => ({ permission, status: 'declined' })),
    ],
  },
})
const everything = () => issuer.scopes.map((scope) => scope.name)

describe('exchanging the code', () => {
  const request = { code: 'AQB', redirectUri: 'https://crate.example/cb', verifier: '', signal }

  it('trades the short-lived token for the long-lived one and reads the user, the expiry and the granted permissions', async () => {
    server.on(
      'POST /v25.0/oauth/access_token',
      { body: { access_token: 'EAAshort', token_type: 'bearer', expires_in: 5400 } },
      { body: { access_token: 'EAAlong', token_type: 'bearer', expires_in: 5183944 } },
    )
    server.on('GET /v25.0/me', { body: { id: '1020', name: 'Ann' } })
    server.on('GET /v25.0/debug_token', { body: { data: debugData } })
    server.on('GET /v25.0/me/permissions', permissions(['pages_show_list'], ['read_insights']))
    expect(await issuer.exchange(request)).toEqual({
      accessToken: 'EAAlong',
      refreshToken: null,
      expiresAtMs: 1800583944000,
      refreshExpiresAtMs: null,
      dataAccessExpiresAtMs: 1803176000000,
      scopes: ['pages_show_list'],
      userId: '1020',
      userName: 'Ann',
    })
    const [first, second] = server.callsOf('POST /v25.0/oauth/access_token')
    expect(first?.form).toEqual({
      client_id: '1234',
      client_secret: 'secret-of-the-app',
      redirect_uri: 'https://crate.example/cb',
      code: 'AQB',
    })
    expect(second?.form).toMatchObject({
      grant_type: 'fb_exchange_token',
      fb_exchange_token: 'EAAshort',
    })
    const [debug] = server.callsOf('GET /v25.0/debug_token')
    expect(debug?.headers.authorization).toBe('Bearer 1234|secret-of-the-app')
    expect(debug?.query).toEqual({
      input_token: 'EAAlong',
      appsecret_proof: proofOf('1234|secret-of-the-app', 'secret-of-the-app'),
    })
    const reads = server.seen.filter((entry) => entry.call.startsWith('GET /v25.0/me'))
    expect(reads.map((entry) => entry.headers.authorization)).toEqual([
      'Bearer EAAlong',
      'Bearer EAAlong',
    ])
  })

  it.each([
    [100, 36009, 'reauthorize', /Start connecting again/],
    [100, 36007, 'reauthorize', /Start again/],
    [100, 36008, 'rejected', /redirect address/],
    [101, undefined, 'rejected', /app id/],
    [1, undefined, 'unavailable', /META_APP_SECRET/],
  ])('explains %i/%s', async (code, subcode, kind, words) => {
    server.on('POST /v25.0/oauth/access_token', graphError(code, subcode))
    await expect(issuer.exchange(request)).rejects.toMatchObject({
      problem: { kind, words: expect.stringMatching(words) },
    })
    expect(server.seen).toHaveLength(1)
  })

  it('renews with the current token', async () => {
    server.on('POST /v25.0/oauth/access_token', {
      body: { access_token: 'EAAnew', token_type: 'bearer' },
    })
    server.on('GET /v25.0/me', { body: { id: '1020', name: 'Ann' } })
    server.on('GET /v25.0/debug_token', { body: { data: debugData } })
    server.on('GET /v25.0/me/permissions', permissions(everything()))
    const tokens = await issuer.renew({ accessToken: 'EAAlong', refreshToken: null }, signal)
    expect(tokens).toMatchObject({
      accessToken: 'EAAnew',
      expiresAtMs: 1800583944000,
      userId: '1020',
    })
    expect(server.callsOf('POST /v25.0/oauth/access_token')[0]?.form.fb_exchange_token).toBe(
      'EAAlong',
    )
  })
})

describe('the accounts', () => {
  const page = {
    id: '1067',
    name: 'Crate Coffee',
    username: 'cratecoffee',
    access_token: 'EAABpage',
    tasks: ['ANALYZE', 'CREATE_CONTENT'],
    picture: { data: { url: 'https://scontent.example/p.jpg' } },
    instagram_business_account: {
      id: '17841400000000001',
      username: 'crate.coffee',
      name: 'Crate on Instagram',
    },
  }
  const tokens = () => ({ accessToken: 'EAAlong', scopes: everything() })

  it('are the Pages and their Instagram accounts, from all pages of the list', async () => {
    const next = 'https://graph.facebook.com/v25.0/me/accounts?access_token=EAAlong&after=QVFJ'
    server.on(
      'GET /v25.0/me/accounts',
      { body: { data: [page], paging: { cursors: { before: 'QVFI', after: 'QVFJ' }, next } } },
      {
        body: {
          data: [
            {
              ...page,
              id: '1068',
              name: 'Crate Tea',
              tasks: ['ANALYZE'],
              instagram_business_account: undefined,
            },
          ],
        },
      },
    )
    server.on('GET /v25.0/me/businesses', { body: { data: [] } })
    server.on('GET /v25.0/debug_token', { body: { data: debugData } })
    const { offers } = await issuer.listAccounts(tokens(), signal)
    expect(
      offers.map((offer) => [offer.platform, offer.accountId, offer.handle, offer.blocked]),
    ).toEqual([
      ['facebook', '1067', 'cratecoffee', null],
      ['instagram', '17841400000000001', 'crate.coffee', null],
      [
        'facebook',
        '1068',
        'cratecoffee',
        'You don’t have permission to create content on the Page Crate Tea. Ask one of its admins for it, then connect again.',
      ],
    ])
    expect(offers[1]).toMatchObject({
      name: 'Crate on Instagram',
      accountToken: 'EAABpage',
      settings: { pageId: '1067' },
    })
    expect(server.callsOf('GET /v25.0/me/accounts').map((entry) => entry.query.after)).toEqual([
      undefined,
      'QVFJ',
    ])
    expect(server.seen[0]?.query.fields).toContain('instagram_business_account{')
  })

  it('are blocked only by missing scopes of their own platform', async () => {
    server.on('GET /v25.0/me/accounts', { body: { data: [page] } })
    const scopes = everything().filter(
      (name) => name !== 'instagram_content_publish' && name !== 'read_insights',
    )
    server.on('GET /v25.0/me/businesses', { body: { data: [] } })
    server.on('GET /v25.0/debug_token', { body: { data: debugData } })
    const { offers } = await issuer.listAccounts({ accessToken: 'EAAlong', scopes }, signal)
    expect(offers.map((offer) => offer.blocked)).toEqual([
      null,
      expect.stringMatching(/permission instagram_content_publish/),
    ])
  })
})

describe('inspecting', () => {
  it('reports when the grant expires and which required scope is missing', async () => {
    server.on('GET /v25.0/debug_token', { body: { data: debugData } })
    server.on(
      'GET /v25.0/me/permissions',
      permissions(everything().slice(0, 7), ['instagram_content_publish']),
    )
    expect(await issuer.inspect({ accessToken: 'EAAlong', userId: '1020' }, signal)).toEqual({
      valid: true,
      scopes: everything().slice(0, 7),
      expiresAtMs: 1800583944000,
      dataAccessExpiresAtMs: 1803176000000,
      reason: 'The permission instagram_content_publish is missing.',
    })
  })

  it('reports why a grant is invalid and makes no further calls with it', async () => {
    const error = {
      code: 190,
      message: 'Error validating access token: Session has expired on ...',
      subcode: 463,
    }
    server.on('GET /v25.0/debug_token', {
      body: { data: { app_id: '1234', is_valid: false, error, scopes: [] } },
    })
    expect(await issuer.inspect({ accessToken: 'EAAold', userId: '1020' }, signal)).toMatchObject({
      valid: false,
      scopes: [],
      reason: 'The connection has expired. Connect the account again.',
    })
    expect(server.seen).toHaveLength(1)
  })
})

describe('revoking: promise R2', () => {
  const revoke = () => issuer.revoke({ accessToken: 'EAAlong', userId: '1020' }, signal)

  it("removes the app with the person's token", async () => {
    server.on('DELETE /v25.0/1020/permissions', { body: { success: true } })
    await revoke()
    expect(server.seen.map((entry) => entry.headers.authorization)).toEqual(['Bearer EAAlong'])
  })

  it('treats an already revoked grant as success', async () => {
    server.on('DELETE /v25.0/1020/permissions', graphError(190, 458))
    await revoke()
    expect(server.seen).toHaveLength(1)
  })

  it("uses the app token when the person's token has expired", async () => {
    server.on('DELETE /v25.0/1020/permissions', graphError(190, 463), { body: { success: 'true' } })
    await revoke()
    expect(server.seen.map((entry) => entry.headers.authorization)).toEqual([
      'Bearer EAAlong',
      'Bearer 1234|secret-of-the-app',
    ])
  })

  it('throws when Meta is unavailable', async () => {
    server.on('DELETE /v25.0/1020/permissions', graphError(2))
    await expect(revoke()).rejects.toMatchObject({ problem: { kind: 'unavailable' } })
  })
})
