import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeVideo } from '../../local/media/media-files.ts'
import type { Sandbox } from '../../local/sandbox/server.ts'
import { type Insight, insightCallsOf } from './insight-calls.ts'
import {
  ada,
  advance,
  allScopes,
  control,
  graph,
  login,
  type MediaServer,
  pageToken,
  records,
  recordsInstagram,
  startMediaServer,
  startMeta,
} from './meta-cast.ts'

const hourMs = 3_600_000

let sandbox: Sandbox
let media: MediaServer
let user: string
let page: string
const { read, values, publish, image } = insightCallsOf(() => ({ sandbox, user, media }))
beforeAll(async () => {
  sandbox = await startMeta()
})
beforeEach(async () => {
  await control(sandbox, 'POST', '/reset')
  await control(sandbox, 'PATCH', '/settings', {
    insightsLagMs: hourMs,
    insightsCurveMs: 20 * hourMs,
  })
  media = await startMediaServer()
  user = await login(sandbox)
  page = await pageToken(sandbox, user, records)
})
afterEach(() => media.close())
afterAll(() => sandbox.close())

test('media has no insights until the lag has passed, then consistent numbers that only grow', async () => {
  const id = await publish({ image_url: await image() })
  const metric = 'views,reach,likes,comments,saved,shares,total_interactions'
  expect((await read(`/${id}/insights`, user, { metric })).body.data).toEqual([])
  await advance(sandbox, 10 * hourMs)
  const first = await values(`/${id}/insights`, user, { metric })
  await advance(sandbox, 40 * hourMs)
  const second = await values(`/${id}/insights`, user, { metric })
  for (const name of metric.split(','))
    expect(second[name]).toBeGreaterThanOrEqual(first[name] ?? 0)
  expect(second.views).toBeGreaterThan(first.views ?? 0)
  expect(second.reach).toBeLessThanOrEqual(second.views ?? 0)
  expect(
    (second.likes ?? 0) + (second.comments ?? 0) + (second.saved ?? 0) + (second.shares ?? 0),
  ).toBe(second.total_interactions)
})

test('a retired metric, or one of another product, fails the whole call', async () => {
  const id = await publish({ image_url: await image() })
  for (const metric of ['views,impressions', 'reach,replies', 'plays']) {
    expect((await read(`/${id}/insights`, user, { metric })).body.error).toMatchObject({
      code: 100,
      message: '(#100) The value must be a valid insights metric',
    })
  }
  for (const metric of ['page_impressions_unique', 'page_media_view,page_fans']) {
    expect((await read(`/${records}/insights`, page, { metric })).body.error).toMatchObject({
      code: 100,
    })
  }
  expect((await read(`/${records}/insights`, page, {})).body.error).toMatchObject({
    code: 3001,
    error_subcode: 1504028,
  })
})

test('a story needs five viewers and returns nothing after a day', async () => {
  const id = await publish({ media_type: 'STORIES', image_url: await image(1080, 1920) })
  await advance(sandbox, hourMs)
  expect((await read(`/${id}/insights`, user, { metric: 'reach' })).body.error).toMatchObject({
    code: 10,
  })
  await advance(sandbox, 10 * hourMs)
  expect((await values(`/${id}/insights`, user, { metric: 'reach' })).reach).toBeGreaterThanOrEqual(
    5,
  )
  await advance(sandbox, 14 * hourMs)
  expect((await read(`/${id}/insights`, user, { metric: 'reach' })).body.data).toEqual([])
})

test('account totals include what posts got, and require metric_type, period and at most 30 days', async () => {
  const { nowMs } = await control<{ nowMs: number }>(sandbox, 'GET', '/clock')
  const id = await publish({ image_url: await image() })
  await advance(sandbox, 60 * hourMs)
  const span = { since: Math.floor(nowMs / 1000), until: Math.floor(nowMs / 1000) + 60 * 3_600 }
  const ofPost = await values(`/${id}/insights`, user, { metric: 'views' })
  const asked = { metric: 'views,likes', metric_type: 'total_value', period: 'day', ...span }
  const total = await values(`/${recordsInstagram}/insights`, user, asked)
  expect(total.views).toBeGreaterThanOrEqual(ofPost.views ?? 0)
  expect(await values(`/${recordsInstagram}/insights`, user, asked)).toEqual(total)
  const error = async (parameters: Record<string, unknown>) =>
    (await read(`/${recordsInstagram}/insights`, user, parameters)).body.error
  expect(await error({ metric: 'views', period: 'day' })).toMatchObject({
    message:
      '(#100) The following metrics (views) should be specified with parameter metric_type=total_value',
  })
  expect(await error({ ...asked, until: span.since + 31 * 86_400 })).toMatchObject({
    message: '(#100) There cannot be more than 30 days (2592000 s) between since and until.',
  })
  expect(
    (
      await read(`/${recordsInstagram}/insights`, user, {
        metric: 'follower_demographics',
        period: 'day',
      })
    ).status,
  ).toBe(501)
})

test('days of a Page end at midnight in California', async () => {
  const { nowMs } = await control<{ nowMs: number }>(sandbox, 'GET', '/clock')
  const { body } = await read(`/${records}/insights`, page, {
    metric: 'page_media_view,page_follows',
    period: 'day',
    since: Math.floor(nowMs / 1000) - 10 * 86_400,
    until: Math.floor(nowMs / 1000),
  })
  const [views, follows] = body.data as Insight[]
  expect(views?.values.length).toBeGreaterThanOrEqual(9)
  for (const { value, end_time } of views?.values ?? []) {
    expect(end_time).toMatch(/T0[78]:00:00\+0000$/)
    expect(value).toBeGreaterThan(0)
  }
  expect(follows?.values.at(-1)?.value).toBeGreaterThan(1_000)
  expect(body.paging).toMatchObject({
    previous: expect.stringContaining('since='),
    next: expect.stringContaining('until='),
  })
  const tooLong = {
    metric: 'page_follows',
    since: 1_780_000_000,
    until: 1_780_000_000 + 91 * 86_400,
  }
  expect((await read(`/${records}/insights`, page, tooLong)).body.error).toMatchObject({
    code: 100,
  })
})

test('a Page post and a reel have their own metrics, and the counts of a post agree with them', async () => {
  const { body: post } = await graph(sandbox, 'POST', `/${records}/feed`, {
    access_token: page,
    message: 'Numbers',
  })
  const started = (
    await graph(sandbox, 'POST', `/${records}/video_reels`, {
      access_token: page,
      upload_phase: 'start',
    })
  ).body
  const file_url = media.serve(
    '/r.mp4',
    await makeVideo({ width: 1080, height: 1920, durationMs: 4_000 }),
    { type: 'video/mp4' },
  )
  await fetch(String(started.upload_url), {
    method: 'POST',
    headers: { authorization: `OAuth ${page}`, file_url },
  })
  await graph(sandbox, 'POST', `/${records}/video_reels`, {
    access_token: page,
    upload_phase: 'finish',
    video_id: started.video_id,
    video_state: 'PUBLISHED',
  })
  await advance(sandbox, 5_000)
  await advance(sandbox, 60 * hourMs)
  const got = await values(`/${post.id}/insights`, page, {
    metric: 'post_media_view,post_reactions_like_total,post_video_views',
  })
  expect(got).toEqual({
    post_media_view: expect.any(Number),
    post_reactions_like_total: expect.any(Number),
  })
  expect(got.post_media_view).toBeGreaterThan(100)
  const counted = await graph(sandbox, 'GET', `/${post.id}`, {
    access_token: page,
    fields: 'reactions.limit(0).summary(true)',
  })
  const { summary } = counted.body.reactions as { summary: { total_count: number } }
  expect(summary.total_count).toBeGreaterThanOrEqual(got.post_reactions_like_total ?? 0)
  const reel = await values(`/${started.video_id}/video_insights`, page, {
    metric: 'blue_reels_play_count',
  })
  expect(reel.blue_reels_play_count).toBeGreaterThan(100)
})

test('the media-view metrics exist from v23 on, and a metric is gone from the day it is retired', async () => {
  const status = async (version: string, metric: string) => {
    const query = new URLSearchParams({ metric, period: 'day', access_token: page })
    return (await fetch(`${sandbox.url}/graph/${version}/${records}/insights?${query}`)).status
  }
  expect([
    await status('v22.0', 'page_media_view'),
    await status('v23.0', 'page_media_view'),
  ]).toEqual([400, 200])
  expect(await status('v22.0', 'page_follows')).toBe(200)
  const { nowMs } = await control<{ nowMs: number }>(sandbox, 'GET', '/clock')
  const tomorrow = new Date(nowMs + 24 * hourMs).toISOString().slice(0, 10)
  await control(sandbox, 'PATCH', '/settings', { retiredMetrics: { page_follows: tomorrow } })
  expect(await status('v25.0', 'page_follows')).toBe(200)
  await advance(sandbox, 24 * hourMs)
  expect(await status('v25.0', 'page_follows')).toBe(400)
})

test('insights need their permissions and the task ANALYZE', async () => {
  await control(sandbox, 'POST', `/accounts/meta/pages/${records}/state`, {
    personId: ada,
    tasks: ['CREATE_CONTENT'],
  })
  expect(
    (await read(`/${records}/insights`, page, { metric: 'page_follows' })).body.error,
  ).toMatchObject({ code: 200 })
  const weak = await login(sandbox, {
    grant: allScopes.filter((scope) => scope !== 'instagram_manage_insights'),
  })
  const refused = await read(`/${recordsInstagram}/insights`, weak, {
    metric: 'reach',
    period: 'day',
  })
  expect(refused.body.error).toMatchObject({ code: 10 })
})
