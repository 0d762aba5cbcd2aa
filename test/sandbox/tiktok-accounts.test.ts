import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTikTok, type TikTokCast } from './tiktok-cast.ts'

let tiktok: TikTokCast
beforeAll(async () => {
  tiktok = await startTikTok()
})
afterAll(() => tiktok.close())
beforeEach(() => tiktok.reset())

const creatorInfo = async (access = '') =>
  tiktok.api(access, '/v2/post/publish/creator_info/query/', {})
const setAccount = (username: string, state: Record<string, unknown>) =>
  tiktok.control('POST', `/accounts/tiktok/${username}/state`, state)

describe('user/info', () => {
  test('returns exactly the requested fields', async () => {
    const { access_token: access = '', open_id: openId } = await tiktok.login()
    const answer = await tiktok.api(
      access,
      '/v2/user/info/?fields=open_id,display_name,follower_count,video_count',
    )
    expect(answer.data.user).toEqual({
      open_id: openId,
      display_name: 'Northside Records',
      follower_count: 1_204,
      video_count: 0,
    })
    expect(openId).toMatch(/^-.*_/)
    expect(answer.headers.get('x-tt-logid')).toBe(JSON.parse(answer.raw).error.log_id)
  })

  test('refuses a missing fields query, an unknown field, and a field outside the scopes', async () => {
    const { access_token: access = '' } = await tiktok.login('northside.records', 'user.info.basic')
    expect(await tiktok.api(access, '/v2/user/info/')).toMatchObject({
      status: 400,
      code: 'invalid_params',
      data: {},
    })
    expect(await tiktok.api(access, '/v2/user/info/?fields=email')).toMatchObject({
      status: 400,
      code: 'invalid_params',
    })
    const outside = await tiktok.api(access, '/v2/user/info/?fields=open_id,follower_count')
    expect(outside).toMatchObject({ status: 400, code: 'scope_permission_missed' })
    expect(await tiktok.api('act.none', '/v2/user/info/?fields=open_id')).toMatchObject({
      status: 401,
      code: 'access_token_invalid',
    })
  })
})

describe('creator_info', () => {
  test('offers everyone for a public account, and followers without duet or stitch for a private one', async () => {
    const open = await creatorInfo((await tiktok.login()).access_token)
    expect(open.data).toMatchObject({
      creator_username: 'northside.records',
      creator_nickname: 'Northside Records',
      privacy_level_options: ['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'],
      duet_disabled: false,
      max_video_post_duration_sec: 600,
    })
    const closed = await creatorInfo((await tiktok.login('southside.club')).access_token)
    expect(closed.data).toMatchObject({
      privacy_level_options: ['FOLLOWER_OF_CREATOR', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY'],
      duet_disabled: true,
      stitch_disabled: true,
    })
  })

  test.each([
    [{ banned: true }, 'spam_risk_user_banned_from_posting'],
    [{ postsElsewhere: 15 }, 'spam_risk_too_many_posts'],
  ])('reports caps with HTTP 200: %o', async (state, code) => {
    const { access_token: access } = await tiktok.login()
    await setAccount('northside.records', state)
    expect(await creatorInfo(access)).toMatchObject({ status: 200, code, data: {} })
  })

  test('needs video.publish and is limited to 20 calls a minute', async () => {
    const { access_token: reader } = await tiktok.login(
      'northside.records',
      'user.info.basic,video.upload',
    )
    expect(await creatorInfo(reader)).toMatchObject({ status: 401, code: 'scope_not_authorized' })
    const { access_token: access } = await tiktok.login()
    for (let call = 0; call < 20; call++) expect((await creatorInfo(access)).code).toBe('ok')
    expect(await creatorInfo(access)).toMatchObject({ status: 429, code: 'rate_limit_exceeded' })
    await tiktok.advance(60_000)
    expect((await creatorInfo(access)).code).toBe('ok')
  })

  test('has an avatar URL that works for two hours', async () => {
    const { data } = await creatorInfo((await tiktok.login()).access_token)
    expect((await fetch(data.creator_avatar_url)).headers.get('content-type')).toBe('image/jpeg')
    await tiktok.advance(2 * 3_600_000)
    expect((await fetch(data.creator_avatar_url)).status).toBe(403)
  })
})

test('a new account can be created and used to log in; a taken name is refused', async () => {
  await tiktok.control('POST', '/accounts/tiktok', { username: 'third.room', private: true })
  expect(
    (await creatorInfo((await tiktok.login('third.room')).access_token)).data.creator_username,
  ).toBe('third.room')
  await expect(
    tiktok.control('POST', '/accounts/tiktok', { username: 'third.room' }),
  ).rejects.toThrow('already')
})

test('what the sandbox does not simulate returns 501, and a path without its slash returns 404', async () => {
  expect((await tiktok.api('act.x', '/v2/research/video/query/', {})).status).toBe(501)
  const answer = await fetch(`${tiktok.sandbox.url}/tiktok-api/v2/user/info?fields=open_id`)
  expect(answer.status).toBe(404)
})
