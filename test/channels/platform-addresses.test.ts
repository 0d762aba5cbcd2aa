import { createHmac } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import { createPlatforms } from '../../platforms/index.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { testApps, testConfig } from '../support/config.ts'

const token = 'AbC123xyz-DEF456_ghi'
let test: TestApp

beforeAll(async () => {
  test = await createTestApp({
    config: testConfig({ TIKTOK_SITE_VERIFICATION: `tiktok${token}.txt, second_token_99` }),
  })
})

describe('the addresses to register with the platforms', () => {
  const addresses = [
    'http://localhost:3000/oauth/meta/callback',
    'http://localhost:3000/callbacks/meta/deauthorize',
    'http://localhost:3000/callbacks/meta/data-deletion',
    'http://localhost:3000/oauth/tiktok/callback',
    'http://localhost:3000/callbacks/tiktok',
  ]

  it('are on /operate, each with a Copy button, and each is an existing route', async () => {
    const { text } = await test.cast.operator.get('/operate')
    for (const address of addresses) expect(text).toContain(`readonly value="${address}"`)
    expect(text.match(/data-copy="address-\d+"/g)).toHaveLength(addresses.length + 2)
    for (const address of addresses.filter((one) => one.includes('/callbacks/')))
      expect([address, (await test.cast.stranger.post(new URL(address).pathname)).status]).toEqual([
        address,
        400,
      ])
  })

  it('show when each was last called with a valid signature; a forged call does not count', async () => {
    const before = (await test.cast.operator.get('/operate')).text
    expect(before.match(/Not used yet/g)).toHaveLength(addresses.length)
    const form = {
      signed_request: signedRequest(
        { user_id: '1', issued_at: Math.floor(Date.now() / 1000) },
        testApps.META_APP_SECRET,
      ),
    }
    expect((await test.cast.stranger.post('/callbacks/meta/deauthorize', form)).status).toBe(200)
    const after = (await test.cast.operator.get('/operate')).text
    expect(after.match(/Not used yet/g)).toHaveLength(addresses.length - 1)
    expect(after).toMatch(/Deauthorize callback · Last used/)
  })
})

/** Signed as Meta does: base64url(HMAC-SHA256(payload)).payload */
function signedRequest(said: object, secret: string): string {
  const payload = Buffer.from(JSON.stringify({ algorithm: 'HMAC-SHA256', ...said })).toString(
    'base64url',
  )
  return `${createHmac('sha256', secret).update(payload).digest('base64url')}.${payload}`
}

describe('the file that proves to TikTok that an address is ours', () => {
  it('is served under the media prefix and at the root, for each token and no other', async () => {
    for (const path of [`/media/tiktok${token}.txt`, `/tiktok${token}.txt`]) {
      const answer = await test.cast.stranger.get(path)
      expect([answer.status, answer.text]).toEqual([
        200,
        `tiktok-developers-site-verification=${token}`,
      ])
      expect(answer.headers.get('content-type')).toContain('text/plain')
    }
    expect((await test.cast.stranger.get('/media/tiktoksecond_token_99.txt')).status).toBe(200)
    expect((await test.cast.stranger.get('/media/tiktokAbC123xyz.txt')).status).toBe(404)
  })

  it('can be configured as its token, its file name or its line, and anything else is refused', () => {
    const files = (given: string) =>
      createPlatforms(testConfig({ TIKTOK_SITE_VERIFICATION: given }))
        .issuers.get('tiktok')
        ?.siteFiles.map(({ name }) => name)
    const file = `tiktok${token}.txt`
    expect(files(token)).toEqual([file])
    expect(files(`tiktok-developers-site-verification=${token}`)).toEqual([file])
    expect(files(file)).toEqual([file])
    expect(files('')).toEqual([])
    expect(() => files('../../etc/passwd')).toThrow(
      'TIKTOK_SITE_VERIFICATION must be what TikTok shows',
    )
  })
})
