import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { problemOf } from '../../support/draft.ts'
import { type Rig, startRig } from '../../support/platforms/against-sandbox.ts'

let rig: Rig
const { signal } = new AbortController()
const dayMs = 86_400_000

beforeAll(async () => {
  rig = await startRig()
})
beforeEach(() => rig.reset())
afterAll(() => rig.close())

describe('a TikTok grant', () => {
  test('covers one creator, with the token lifetimes from TikTok', async () => {
    const { tokens, offers } = await rig.connect('tiktok')
    expect(offers).toMatchObject([
      { platform: 'tiktok', name: 'Northside Records', handle: 'northside.records', blocked: null },
    ])
    expect(Math.round(((tokens.expiresAtMs ?? 0) - Date.now()) / 3_600_000)).toBe(2)
    expect(Math.round(((tokens.refreshExpiresAtMs ?? 0) - Date.now()) / dayMs)).toBe(180)
    await rig.set({ tiktokTokenProfile: 'older' })
    const longer = await rig.connect('tiktok')
    expect(Math.round(((longer.tokens.expiresAtMs ?? 0) - Date.now()) / 3_600_000)).toBe(24)
    expect(Math.round(((longer.tokens.refreshExpiresAtMs ?? 0) - Date.now()) / dayMs)).toBe(365)
  })

  test('cannot be chosen without the permission to publish', async () => {
    const { offers } = await rig.connect('tiktok', { untick: ['video.publish'] })
    expect(offers[0]?.blocked).toMatch(/permission to publish/i)
  })

  test('connects without the optional permissions', async () => {
    const { offers } = await rig.connect('tiktok', {
      untick: ['user.info.profile', 'user.info.stats', 'video.list'],
    })
    expect(offers[0]).toMatchObject({ name: 'Northside Records', blocked: null })
  })

  test('is renewed with a new refresh token; the old one no longer works', async () => {
    const { tokens } = await rig.connect('tiktok')
    const issuer = rig.issuer('tiktok')
    const renewed = await issuer.renew(tokens, signal)
    expect(renewed).toMatchObject({ userId: tokens.userId, scopes: tokens.scopes })
    expect(renewed?.refreshToken).not.toBe(tokens.refreshToken)
    expect(
      await issuer.inspect({ ...tokens, accessToken: renewed?.accessToken ?? '' }, signal),
    ).toMatchObject({ valid: true })
    expect(await problemOf(issuer.renew(tokens, signal))).toMatchObject({
      kind: 'reauthorize',
      code: 'invalid_grant',
    })
  })

  test.each([200, 400])(
    'cannot be renewed after it expires, whatever the HTTP status (%d)',
    async (tiktokOauthErrorStatus) => {
      await rig.set({ tiktokOauthErrorStatus })
      const { tokens } = await rig.connect('tiktok')
      await rig.advance(366 * dayMs)
      expect(await problemOf(rig.issuer('tiktok').renew(tokens, signal))).toMatchObject({
        kind: 'reauthorize',
        code: 'invalid_grant',
      })
    },
  )

  test('promise R2: is invalid at TikTok once revoked here; revoking it again is no error', async () => {
    const { tokens } = await rig.connect('tiktok')
    const issuer = rig.issuer('tiktok')
    await issuer.revoke(tokens, signal)
    expect((await issuer.inspect(tokens, signal)).valid).toBe(false)
    expect(await problemOf(issuer.renew(tokens, signal))).toMatchObject({ kind: 'reauthorize' })
    await issuer.revoke(tokens, signal)
  })
})
