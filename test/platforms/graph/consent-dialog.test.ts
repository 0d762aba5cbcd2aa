import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Issuer } from '../../../platforms/grant.ts'
import { createMetaIssuer } from '../../../platforms/graph/grant.ts'
import { type GraphServer, settingsFor, startGraphServer } from './server.ts'

let server: GraphServer
let issuer: Issuer
beforeAll(async () => {
  server = await startGraphServer()
  issuer = createMetaIssuer(server.settings)
})
afterAll(() => server.close())

describe('the consent dialog', () => {
  const request = {
    redirectUri: 'https://crate.example/oauth/meta/callback',
    state: 'xyz',
    verifier: '',
    again: false,
  }

  it('asks for every scope by name', () => {
    const url = new URL(issuer.consentUrl(request))
    expect(url.origin + url.pathname).toBe('https://www.facebook.com/v25.0/dialog/oauth')
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: '1234',
      redirect_uri: request.redirectUri,
      state: 'xyz',
      response_type: 'code',
      scope:
        'pages_show_list,pages_manage_posts,pages_read_engagement,pages_manage_engagement,pages_read_user_content,read_insights,instagram_basic,instagram_content_publish,instagram_manage_comments,instagram_manage_contents,instagram_manage_insights,business_management',
    })
  })

  it('uses the configuration id with Facebook Login for Business, and asks again for declined permissions', () => {
    const business = createMetaIssuer({ ...settingsFor('https://g.example'), configId: '77' })
    const query = new URL(business.consentUrl({ ...request, again: true })).searchParams
    expect([query.get('config_id'), query.get('scope'), query.get('auth_type')]).toEqual([
      '77',
      null,
      'rerequest',
    ])
  })

  it('returns a code or the reason why there is none', () => {
    expect(issuer.readCallback({ code: 'AQB', state: 'xyz' })).toEqual({ code: 'AQB' })
    const denied = {
      error: 'access_denied',
      error_code: '200',
      error_reason: 'user_denied',
      state: 'xyz',
    }
    expect(issuer.readCallback(denied)).toEqual({
      refused: expect.stringMatching(/Nothing was shared/),
    })
    expect(issuer.readCallback({ state: 'xyz' })).toEqual({
      refused: expect.stringMatching(/start again/),
    })
  })
})
