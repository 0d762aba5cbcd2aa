import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  chunkStartingAt,
  refuseChunkPlan,
} from '../../local/sandbox/tiktok/publishing/chunk-plan.ts'
import { startTikTok, type TikTokCast } from './tiktok-cast.ts'

let tiktok: TikTokCast
let access = ''
beforeAll(async () => {
  tiktok = await startTikTok()
})
afterAll(() => tiktok.close())
beforeEach(async () => {
  await tiktok.reset()
  access = (await tiktok.login()).access_token ?? ''
})

const info = {
  privacy_level: 'SELF_ONLY',
  brand_content_toggle: false,
  brand_organic_toggle: false,
}
const source = { source: 'FILE_UPLOAD', video_size: 1_000, chunk_size: 1_000, total_chunk_count: 1 }
const init = (
  change: { as?: string; info?: Record<string, unknown>; source?: Record<string, unknown> } = {},
) =>
  tiktok.api(change.as ?? access, '/v2/post/publish/video/init/', {
    post_info: { ...info, ...change.info },
    source_info: change.source ?? source,
  })
const inboxInit = () =>
  tiktok.api(access, '/v2/post/publish/inbox/video/init/', { source_info: source })
const setAccount = (state: Record<string, unknown>, username = 'northside.records') =>
  tiktok.control('POST', `/accounts/tiktok/${username}/state`, state)

describe('init refuses', () => {
  test('an invalid token or a missing scope', async () => {
    expect(await init({ as: 'act.none' })).toMatchObject({
      status: 401,
      code: 'access_token_invalid',
    })
    const { access_token: uploader } = await tiktok.login(
      'northside.records',
      'user.info.basic,video.upload',
    )
    expect(await init({ as: uploader })).toMatchObject({
      status: 401,
      code: 'scope_not_authorized',
    })
  })

  test('the seventh call in a minute; an invalid body counts as a call too', async () => {
    for (let call = 0; call < 6; call++)
      expect((await init({ info: { privacy_level: 'NOBODY' } })).code).toBe('invalid_params')
    expect(await init()).toMatchObject({ status: 429, code: 'rate_limit_exceeded' })
    expect((await inboxInit()).code).toBe('ok')
    await tiktok.advance(60_000)
    expect((await init()).code).toBe('ok')
  })

  test('a seventh init of any kind when they share one bucket', async () => {
    await tiktok.set({ tiktokSharedInitBucket: true })
    for (let call = 0; call < 6; call++) await init()
    expect((await inboxInit()).code).toBe('rate_limit_exceeded')
  })

  test('a missing privacy level, a title that is too long, or chunks that do not add up', async () => {
    expect(await init({ info: { privacy_level: undefined } })).toMatchObject({
      status: 400,
      code: 'invalid_params',
    })
    expect((await init({ info: { title: 'x'.repeat(2_201) } })).code).toBe('invalid_params')
    expect((await init({ info: { title: 'x'.repeat(2_200) } })).code).toBe('ok')
    const plan = {
      source: 'FILE_UPLOAD',
      video_size: 50_000_123,
      chunk_size: 10_000_000,
      total_chunk_count: 6,
    }
    expect(await init({ source: plan })).toMatchObject({
      code: 'invalid_params',
      message: 'The total chunk count is invalid',
    })
    await tiktok.set({ tiktokParamErrorCode: 'invalid_param' })
    expect((await init({ source: { ...plan, chunk_size: 1_000 } })).code).toBe('invalid_param')
  })

  test('a pull over plain http or from an IP address, once local hosts are not allowed', async () => {
    await tiktok.set({ allowPrivateHosts: false, tiktokVerifiedPrefixes: ['media.example.test'] })
    const pull = (url: string) => init({ source: { source: 'PULL_FROM_URL', video_url: url } })
    expect((await pull('http://media.example.test/a.mp4')).code).toBe('invalid_params')
    expect((await pull('https://10.1.2.3/a.mp4')).code).toBe('invalid_params')
    expect((await pull('https://example.test/a.mp4')).code).toBe('url_ownership_unverified')
    expect((await pull('https://cdn.media.example.test/a.mp4')).code).toBe('ok')
  })

  test('a privacy level that the account does not offer', async () => {
    expect(await init({ info: { privacy_level: 'FOLLOWER_OF_CREATOR' } })).toMatchObject({
      status: 403,
      code: 'privacy_level_option_mismatch',
    })
  })

  test('a banned creator, or a creator over the daily cap', async () => {
    await setAccount({ banned: true })
    expect(await init()).toMatchObject({ status: 403, code: 'spam_risk_user_banned_from_posting' })
    await setAccount({ banned: false, postsElsewhere: 15 })
    expect(await init()).toMatchObject({ status: 403, code: 'spam_risk_too_many_posts' })
  })

  test('a sixth share that is waiting in the inbox', async () => {
    for (let share = 0; share < 5; share++) expect((await inboxInit()).code).toBe('ok')
    expect(await inboxInit()).toMatchObject({
      status: 403,
      code: 'spam_risk_too_many_pending_share',
    })
  })

  test('one more creator than the app may serve in a day', async () => {
    await tiktok.set({ tiktokActiveUserCap: 0 })
    expect(await init()).toMatchObject({ status: 403, code: 'reached_active_user_cap' })
  })

  test('an unaudited app, unless both the account and the post are private', async () => {
    await tiktok.set({ tiktokAudited: false })
    const refused = { status: 403, code: 'unaudited_client_can_only_post_to_private_accounts' }
    expect(await init()).toMatchObject(refused)
    await setAccount({ private: true })
    expect(await init({ info: { privacy_level: 'FOLLOWER_OF_CREATOR' } })).toMatchObject(refused)
    expect((await init()).code).toBe('ok')
    await setAccount({ private: false })
    expect((await inboxInit()).code).toBe('ok')
  })
})

test('the audit log records what a reviewer would object to, and nothing else', async () => {
  const rules = async () =>
    (await tiktok.control('GET', '/tiktok/audit-log')).map((entry: { rule: string }) => entry.rule)
  await init()
  expect(await rules()).toEqual(['creator_info_not_fresh'])
  await tiktok.control('DELETE', '/tiktok/audit-log')
  await tiktok.api(access, '/v2/post/publish/creator_info/query/', {})
  await init()
  expect(await rules()).toEqual([])
  await init({ info: { brand_content_toggle: true } })
  await init({ info: { brand_organic_toggle: undefined } })
  await setAccount({ private: true })
  await init({ info: { privacy_level: 'FOLLOWER_OF_CREATOR' } })
  expect(await rules()).toEqual([
    'branded_and_private',
    'brand_flags_missing',
    'privacy_never_offered',
  ])
})

test('chunk plans match the examples in the fact sheet', () => {
  const plan = (videoSize: number, chunkSize: number, totalChunkCount: number) => ({
    videoSize,
    chunkSize,
    totalChunkCount,
  })
  expect(refuseChunkPlan(plan(50_000_123, 10_000_000, 5))).toBeNull()
  expect(chunkStartingAt(plan(50_000_123, 10_000_000, 5), 40_000_000)).toEqual({
    first: 40_000_000,
    last: 50_000_122,
  })
  expect(refuseChunkPlan(plan(4_194_304, 4_194_304, 1))).toBeNull()
  expect(refuseChunkPlan(plan(64_000_001, 10_000_000, 6))).toBeNull()
  expect(chunkStartingAt(plan(64_000_001, 10_000_000, 6), 50_000_000)).toEqual({
    first: 50_000_000,
    last: 64_000_000,
  })
  expect(refuseChunkPlan(plan(64_000_001, 64_000_001, 1))?.message).toBe(
    'The chunk size is invalid',
  )
  expect(refuseChunkPlan(plan(100_000_000, 64_000_000, 1))?.message).toBe(
    'The total chunk count is invalid',
  )
  expect(refuseChunkPlan(plan(4_000_000, 2_000_000, 2))?.message).toBe('The chunk size is invalid')
})
