import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeVideo } from '../../local/media/media-files.ts'
import type { Sandbox } from '../../local/sandbox/server.ts'
import { insightCallsOf } from './insight-calls.ts'
import {
  advance,
  control,
  graph,
  login,
  type MediaServer,
  pageToken,
  records,
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

type Numbers = Record<string, number>
const truth = (platform: string, id: string) =>
  control<Numbers>(sandbox, 'GET', `/ledger/posts/${platform}/${id}/numbers`)
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
      Object.fromEntries(
        Object.entries(await truth('instagram', ids[product])).filter(([name]) =>
          own.includes(name),
        ),
      ),
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
    (
      await read(`/${ids.STORY}/insights`, user, {
        metric: 'navigation',
        breakdown: 'story_navigation_action_type',
      })
    ).status,
  ).toBe(501)
  await control(sandbox, 'POST', '/clock', { stopped: false })
})

test('what people did only grows: nobody follows without a visit, and a reel is watched for at most its length', async () => {
  const reel = await publish({
    media_type: 'REELS',
    video_url: media.serve('/r.mp4', await film(8_000), { type: 'video/mp4' }),
  })
  const photo = await publish({ image_url: await image() })
  const seen: Numbers[] = []
  for (const hours of [10, 40]) {
    await advance(sandbox, hours * hourMs)
    const watched = await values(`/${reel}/insights`, user, {
      metric: 'views,ig_reels_avg_watch_time,ig_reels_video_view_total_time',
    })
    expect(watched.ig_reels_avg_watch_time).toBeGreaterThan(0)
    expect(watched.ig_reels_avg_watch_time).toBeLessThanOrEqual(8_000)
    expect(watched.ig_reels_video_view_total_time).toBe(
      (watched.ig_reels_avg_watch_time ?? 0) * (watched.views ?? 0),
    )
    const visited = await values(`/${photo}/insights`, user, {
      metric: 'follows,profile_visits,profile_activity',
    })
    expect(visited.follows).toBeLessThanOrEqual(visited.profile_visits ?? 0)
    expect(visited.profile_activity).toBeLessThanOrEqual(visited.profile_visits ?? 0)
    seen.push({ ...watched, ...visited })
  }
  const [first, second] = seen as [Numbers, Numbers]
  for (const [name, value] of Object.entries(second))
    expect(value, name).toBeGreaterThanOrEqual(first[name] ?? 0)
  expect(second.profile_visits).toBeGreaterThan(first.profile_visits ?? 0)
})

test('the clicks of a Page post add up by type, and the watch time of its video is that of all plays', async () => {
  const file_url = media.serve('/v.mp4', await film(6_000), { type: 'video/mp4' })
  const { body } = await graph(sandbox, 'POST', `/${records}/videos`, {
    access_token: page,
    file_url,
    description: 'A film',
  })
  await advance(sandbox, 10_000)
  const video = await graph(sandbox, 'GET', `/${body.id}`, {
    access_token: page,
    fields: 'post_id',
  })
  const id = `${records}_${video.body.post_id}`
  await advance(sandbox, 30 * hourMs)
  await control(sandbox, 'POST', '/clock', { stopped: true })
  const metric =
    'post_clicks,post_clicks_by_type,post_video_views,post_video_avg_time_watched,post_video_view_time,post_video_length'
  const got = await values(`/${id}/insights`, page, { metric })
  expect(got).toEqual(
    Object.fromEntries(
      Object.entries(await truth('facebook', id)).filter(([name]) =>
        metric.split(',').includes(name),
      ),
    ),
  )
  await control(sandbox, 'POST', '/clock', { stopped: false })
  const byType = Object.values(got.post_clicks_by_type as unknown as Numbers)
  expect(byType.length).toBeGreaterThan(1)
  expect(got.post_clicks).toBe(byType.reduce((sum, count) => sum + count, 0))
  expect(got.post_video_avg_time_watched).toBeLessThanOrEqual(got.post_video_length ?? 0)
  expect(got.post_video_view_time).toBe(
    (got.post_video_avg_time_watched ?? 0) * (got.post_video_views ?? 0),
  )
  expect(
    (await read(`/${id}/insights`, page, { metric: 'post_video_retention_graph' })).status,
  ).toBe(501)
  expect(
    (await read(`/${body.id}/video_insights`, page, { metric: 'total_video_avg_time_watched' }))
      .status,
  ).toBe(501)
})
