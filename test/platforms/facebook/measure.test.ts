import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPlatforms } from '../../../platforms/index.ts'
import type { JsonRecord } from '../../../platforms/json.ts'
import type { PostToMeasure } from '../../../platforms/measurer.ts'
import { soundNumbers } from '../../../platforms/sound-numbers.ts'
import { testConfig } from '../../support/config.ts'
import { countingShare } from '../../support/platforms/counting-share.ts'
import { type GraphServer, startGraphServer } from '../graph/server.ts'

let server: GraphServer
beforeAll(async () => {
  server = await startGraphServer()
})
afterAll(() => server.close())

/** What the client makes of these values, and what of it is stored. */
const readFrom = async (platform: 'facebook' | 'instagram', kind: string, values: JsonRecord) => {
  const data = Object.entries(values).map(([name, value]) => ({
    name,
    period: 'lifetime',
    values: [{ value }],
  }))
  const part = { code: 200, body: JSON.stringify({ data }) }
  server.on('POST /v25.0/', { body: [part] })
  const config = testConfig({ META_GRAPH_URL: server.url, META_API_VERSION: 'v25.0' })
  const post: PostToMeasure = { platformPostId: '1067_5001', kind, handles: {} }
  const account = {
    id: '1067',
    name: 'Northside',
    grantToken: 'grant',
    accountToken: 'page',
    settings: {},
  }
  const { result } = await createPlatforms(config)
    .platforms.get(platform)!
    .measure.posts(
      {
        account,
        share: countingShare(),
        isRetired: () => false,
        now: Date.now,
        signal: new AbortController().signal,
      },
      [post],
    )
  return soundNumbers(result.get('1067_5001') ?? {})
}

it.each([0.5, -1, '4200', true, { total: 4_200 }])(
  'an average watch time of %j counts as not given and is named; the rest is kept',
  async (odd) => {
    expect(
      await readFrom('facebook', 'video', {
        post_media_view: 9,
        post_video_avg_time_watched: odd,
        post_video_view_time: 8_400,
      }),
    ).toEqual({
      sound: { views: 9, watch_time: 8_400 },
      unsound: ['average_watch_time'],
    })
    expect(
      await readFrom('instagram', 'reel', {
        views: 9,
        ig_reels_avg_watch_time: odd,
        ig_reels_video_view_total_time: 8_400,
      }),
    ).toEqual({
      sound: { views: 9, watch_time: 8_400 },
      unsound: ['average_watch_time'],
    })
  },
)

it('link clicks are those of their own key; without it they are not given, because a 0 would be a guess', async () => {
  const read = (byType: JsonRecord) =>
    readFrom('facebook', 'link', { post_clicks: 12, post_clicks_by_type: byType })
  expect(await read({ 'link clicks': 7, 'other clicks': 5 })).toEqual({
    sound: { clicks: 12, link_clicks: 7 },
    unsound: [],
  })
  expect(await read({ 'other clicks': 12 })).toEqual({ sound: { clicks: 12 }, unsound: [] })
  expect(await read({ 'link clicks': '7' })).toEqual({
    sound: { clicks: 12 },
    unsound: ['link_clicks'],
  })
})
