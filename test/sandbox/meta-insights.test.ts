import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeJpeg, makeVideo } from '../../local/media/media-files.ts'
import type { Sandbox } from '../../local/sandbox/server.ts'
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
beforeAll(async () => {
  sandbox = await startMeta()
})
beforeEach(async () => {
  await control(sandbox, 'POST', '/reset')
  await control(sandbox, 'PATCH', '/settings', { insightsLagMs: hourMs, insightsCurveMs: 20 * hourMs })
  media = await startMediaServer()
  user = await login(sandbox)
  page = await pageToken(sandbox, user, records)
})
afterEach(() => media.close())
afterAll(() => sandbox.close())

type Insight = { name: string; period: string; values: { value: number; end_time?: string }[]; total_value?: { value: number } }
const read = async (path: string, access_token: string, parameters: Record<string, unknown>) =>
  graph(sandbox, 'GET', path, { access_token, ...parameters })
const values = async (path: string, access_token: string, parameters: Record<string, unknown>) => {
  const { body } = await read(path, access_token, parameters)
  return Object.fromEntries(
    (body.data as Insight[]).map(({ name, values, total_value }) => [name, total_value?.value ?? values[0]?.value ?? 0]),
  ) as Record<string, number>
}

async function publish(parameters: Record<string, unknown>): Promise<string> {
  const { body } = await graph(sandbox, 'POST', `/${recordsInstagram}/media`, { access_token: user, ...parameters })
  await advance(sandbox, 3_000)
  const done = await graph(sandbox, 'POST', `/${recordsInstagram}/media_publish`, { access_token: user, creation_id: body.id })
  return String(done.body.id)
}
const image = async (width = 1080, height = 1080) => media.serve('/p.jpg', await makeJpeg({ width, height }))

test('media has no insights until the lag has passed, then consistent numbers that only grow', async () => {
  const id = await publish({ image_url: await image() })
  const metric = 'views,reach,likes,comments,saved,shares,total_interactions'
  expect((await read(`/${id}/insights`, user, { metric })).body.data).toEqual([])
  await advance(sandbox, 10 * hourMs)
  const first = await values(`/${id}/insights`, user, { metric })
  await advance(sandbox, 40 * hourMs)
  const second = await values(`/${id}/insights`, user, { metric })
  for (const name of metric.split(',')) expect(second[name]).toBeGreaterThanOrEqual(first[name] ?? 0)
  expect(second.views).toBeGreaterThan(first.views ?? 0)
  expect(second.reach).toBeLessThanOrEqual(second.views ?? 0)
  expect((second.likes ?? 0) + (second.comments ?? 0) + (second.saved ?? 0) + (second.shares ?? 0)).toBe(
    second.total_interactions,
  )
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
    expect((await read(`/${records}/insights`, page, { metric })).body.error).toMatchObject({ code: 100 })
  }
  expect((await read(`/${records}/insights`, page, {})).body.error).toMatchObject({ code: 3001, error_subcode: 1504028 })
})

test('a story needs five viewers and returns nothing after a day', async () => {
  const id = await publish({ media_type: 'STORIES', image_url: await image(1080, 1920) })
  await advance(sandbox, hourMs)
  expect((await read(`/${id}/insights`, user, { metric: 'reach' })).body.error).toMatchObject({ code: 10 })
  await advance(sandbox, 10 * hourMs)
  expect((await values(`/${id}/insights`, user, { metric: 'reach' })).reach).toBeGreaterThanOrEqual(5)
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
    message: '(#100) The following metrics (views) should be specified with parameter metric_type=total_value',
  })
  expect(await error({ ...asked, until: span.since + 31 * 86_400 })).toMatchObject({
    message: '(#100) There cannot be more than 30 days (2592000 s) between since and until.',
  })
  expect((await read(`/${recordsInstagram}/insights`, user, { metric: 'follower_demographics', period: 'day' })).status).toBe(501)
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
  expect(body.paging).toMatchObject({ previous: expect.stringContaining('since='), next: expect.stringContaining('until=') })
  const tooLong = { metric: 'page_follows', since: 1_780_000_000, until: 1_780_000_000 + 91 * 86_400 }
  expect((await read(`/${records}/insights`, page, tooLong)).body.error).toMatchObject({ code: 100 })
})

test('a Page post and a reel have their own metrics, and the counts of a post agree with them', async () => {
  const { body: post } = await graph(sandbox, 'POST', `/${records}/feed`, { access_token: page, message: 'Numbers' })
  const started = (await graph(sandbox, 'POST', `/${records}/video_reels`, { access_token: page, upload_phase: 'start' })).body
  const file_url = media.serve('/r.mp4', await makeVideo({ width: 1080, height: 1920, durationMs: 4_000 }), { type: 'video/mp4' })
  await fetch(String(started.upload_url), { method: 'POST', headers: { authorization: `OAuth ${page}`, file_url } })
  await graph(sandbox, 'POST', `/${records}/video_reels`, {
    access_token: page,
    upload_phase: 'finish',
    video_id: started.video_id,
    video_state: 'PUBLISHED',
  })
  await advance(sandbox, 5_000)
  await advance(sandbox, 60 * hourMs)
  const got = await values(`/${post.id}/insights`, page, { metric: 'post_media_view,post_reactions_like_total,post_video_views' })
  expect(got).toEqual({ post_media_view: expect.any(Number), post_reactions_like_total: expect.any(Number) })
  expect(got.post_media_view).toBeGreaterThan(100)
  const counted = await graph(sandbox, 'GET', `/${post.id}`, { access_token: page, fields: 'reactions.limit(0).summary(true)' })
  const { summary } = counted.body.reactions as { summary: { total_count: number } }
  expect(summary.total_count).toBeGreaterThanOrEqual(got.post_reactions_like_total ?? 0)
  const reel = await values(`/${started.video_id}/video_insights`, page, { metric: 'blue_reels_play_count' })
  expect(reel.blue_reels_play_count).toBeGreaterThan(100)
})

type Numbers = Record<string, number>
const truth = (platform: string, id: string) => control<Numbers>(sandbox, 'GET', `/ledger/posts/${platform}/${id}/numbers`)
const film = (durationMs: number) => makeVideo({ width: 1080, height: 1920, durationMs })

/** What each product has beyond the common metrics (fact sheet 4.2). */
const ofProduct = {
  FEED: ['follows', 'profile_visits', 'profile_activity'],
  REELS: ['ig_reels_avg_watch_time', 'ig_reels_video_view_total_time'],
  STORY: ['follows', 'profile_visits', 'profile_activity', 'replies', 'navigation', 'link_clicks'],
}

test('each product of Instagram has its own metrics, as in the ledger, and one of another product fails the whole call', async () => {
  const video_url = media.serve('/r.mp4', await film(8_000), { type: 'video/mp4' })
  const ids = {
    FEED: await publish({ image_url: await image() }),
    STORY: await publish({ media_type: 'STORIES', image_url: await image(1080, 1920) }),
    REELS: await publish({ media_type: 'REELS', video_url }),
  }
  await advance(sandbox, 12 * hourMs)
  await control(sandbox, 'POST', '/clock', { stopped: true })
  for (const product of ['FEED', 'STORY', 'REELS'] as const) {
    const own = ofProduct[product]
    const got = await values(`/${ids[product]}/insights`, user, { metric: own.join(',') })
    expect(got, product).toEqual(
      Object.fromEntries(Object.entries(await truth('instagram', ids[product])).filter(([name]) => own.includes(name))),
    )
    const foreign = Object.values(ofProduct)
      .flat()
      .filter((name) => !own.includes(name))
    for (const metric of foreign) {
      const refused = await read(`/${ids[product]}/insights`, user, { metric: `views,${metric}` })
      expect(refused.body.error, `${metric} of ${product}`).toMatchObject({ code: 100 })
    }
  }
  expect(
    (await read(`/${ids.STORY}/insights`, user, { metric: 'navigation', breakdown: 'story_navigation_action_type' })).status,
  ).toBe(501)
  await control(sandbox, 'POST', '/clock', { stopped: false })
})

test('what people did only grows: nobody follows without a visit, and a reel is watched for at most its length', async () => {
  const reel = await publish({ media_type: 'REELS', video_url: media.serve('/r.mp4', await film(8_000), { type: 'video/mp4' }) })
  const photo = await publish({ image_url: await image() })
  const seen: Numbers[] = []
  for (const hours of [10, 40]) {
    await advance(sandbox, hours * hourMs)
    const watched = await values(`/${reel}/insights`, user, {
      metric: 'views,ig_reels_avg_watch_time,ig_reels_video_view_total_time',
    })
    expect(watched.ig_reels_avg_watch_time).toBeGreaterThan(0)
    expect(watched.ig_reels_avg_watch_time).toBeLessThanOrEqual(8_000)
    expect(watched.ig_reels_video_view_total_time).toBe((watched.ig_reels_avg_watch_time ?? 0) * (watched.views ?? 0))
    const visited = await values(`/${photo}/insights`, user, { metric: 'follows,profile_visits,profile_activity' })
    expect(visited.follows).toBeLessThanOrEqual(visited.profile_visits ?? 0)
    expect(visited.profile_activity).toBeLessThanOrEqual(visited.profile_visits ?? 0)
    seen.push({ ...watched, ...visited })
  }
  const [first, second] = seen as [Numbers, Numbers]
  for (const [name, value] of Object.entries(second)) expect(value, name).toBeGreaterThanOrEqual(first[name] ?? 0)
  expect(second.profile_visits).toBeGreaterThan(first.profile_visits ?? 0)
})

test('the clicks of a Page post add up by type, and the watch time of its video is that of all plays', async () => {
  const file_url = media.serve('/v.mp4', await film(6_000), { type: 'video/mp4' })
  const { body } = await graph(sandbox, 'POST', `/${records}/videos`, { access_token: page, file_url, description: 'A film' })
  await advance(sandbox, 10_000)
  const video = await graph(sandbox, 'GET', `/${body.id}`, { access_token: page, fields: 'post_id' })
  const id = `${records}_${video.body.post_id}`
  await advance(sandbox, 30 * hourMs)
  await control(sandbox, 'POST', '/clock', { stopped: true })
  const metric =
    'post_clicks,post_clicks_by_type,post_video_views,post_video_avg_time_watched,post_video_view_time,post_video_length'
  const got = await values(`/${id}/insights`, page, { metric })
  expect(got).toEqual(
    Object.fromEntries(Object.entries(await truth('facebook', id)).filter(([name]) => metric.split(',').includes(name))),
  )
  await control(sandbox, 'POST', '/clock', { stopped: false })
  const byType = Object.values(got.post_clicks_by_type as unknown as Numbers)
  expect(byType.length).toBeGreaterThan(1)
  expect(got.post_clicks).toBe(byType.reduce((sum, count) => sum + count, 0))
  expect(got.post_video_avg_time_watched).toBeLessThanOrEqual(got.post_video_length ?? 0)
  expect(got.post_video_view_time).toBe((got.post_video_avg_time_watched ?? 0) * (got.post_video_views ?? 0))
  expect((await read(`/${id}/insights`, page, { metric: 'post_video_retention_graph' })).status).toBe(501)
  expect((await read(`/${body.id}/video_insights`, page, { metric: 'total_video_avg_time_watched' })).status).toBe(501)
})

test('the media-view metrics exist from v23 on, and a metric is gone from the day it is retired', async () => {
  const status = async (version: string, metric: string) => {
    const query = new URLSearchParams({ metric, period: 'day', access_token: page })
    return (await fetch(`${sandbox.url}/graph/${version}/${records}/insights?${query}`)).status
  }
  expect([await status('v22.0', 'page_media_view'), await status('v23.0', 'page_media_view')]).toEqual([400, 200])
  expect(await status('v22.0', 'page_follows')).toBe(200)
  const { nowMs } = await control<{ nowMs: number }>(sandbox, 'GET', '/clock')
  const tomorrow = new Date(nowMs + 24 * hourMs).toISOString().slice(0, 10)
  await control(sandbox, 'PATCH', '/settings', { retiredMetrics: { page_follows: tomorrow } })
  expect(await status('v25.0', 'page_follows')).toBe(200)
  await advance(sandbox, 24 * hourMs)
  expect(await status('v25.0', 'page_follows')).toBe(400)
})

test('insights need their permissions and the task ANALYZE', async () => {
  await control(sandbox, 'POST', `/accounts/meta/pages/${records}/state`, { personId: ada, tasks: ['CREATE_CONTENT'] })
  expect((await read(`/${records}/insights`, page, { metric: 'page_follows' })).body.error).toMatchObject({ code: 200 })
  const weak = await login(sandbox, { grant: allScopes.filter((scope) => scope !== 'instagram_manage_insights') })
  const refused = await read(`/${recordsInstagram}/insights`, weak, { metric: 'reach', period: 'day' })
  expect(refused.body.error).toMatchObject({ code: 10 })
})
