import type { GraphCall } from '../calls/call.ts'
import { requireInstagram } from '../calls/caller.ts'
import { NotSimulated, refuse } from '../calls/refusal.ts'
import type { InstagramMedia } from '../state.ts'
import { insight, readMetrics } from './answer.ts'
import { insightsMoment, type Reception, reception } from './audience.ts'

type Metric = (got: Reception, media: InstagramMedia) => number

const everywhere: Record<string, Metric> = {
  views: (got) => got.views,
  reach: (got) => got.reach,
  shares: (got) => got.shares,
  total_interactions: (got, media) => (media.product === 'STORY' ? got.shares : got.interactions),
  reposts: () => 0,
  facebook_views: () => 0,
  total_views: (got) => got.views,
}
const posts: Record<string, Metric> = {
  likes: (got) => got.likes,
  comments: (got) => got.comments,
  saved: (got) => got.saved,
  total_likes: (got) => got.likes,
  total_comments: (got) => got.comments,
}
const profile: Record<string, Metric> = {
  follows: (got) => Math.floor(got.views / 400),
  profile_visits: (got) => Math.floor(got.views / 60),
  profile_activity: (got) => Math.floor(got.views / 150),
}

/**
 * The metrics of each product (fact sheet 4.2). Any other metric, including retired ones, fails the
 * call.
 */
const metrics: Record<InstagramMedia['product'], Record<string, Metric>> = {
  FEED: { ...everywhere, ...posts, ...profile },
  REELS: {
    ...everywhere,
    ...posts,
    ig_reels_avg_watch_time: () => 4_200,
    ig_reels_video_view_total_time: (got) => got.views * 4_200,
    reels_skip_rate: () => 31,
    crossposted_views: (got) => got.views,
  },
  STORY: { ...everywhere, ...profile, replies: () => 0, navigation: (got) => got.views, link_clicks: () => 0 },
}

const dayMs = 86_400_000

/** GET /{ig-media-id}/insights: always for the media's whole lifetime. */
export function readMediaInsights(call: GraphCall, id = call.c.req.param('id') ?? ''): object {
  const { meta } = call
  const media = meta.state.media[id]
  if (!media) throw refuse.missingObject(id, 'get')
  requireInstagram(meta, call.caller, media.accountId, {
    scopes: ['instagram_basic', 'instagram_manage_insights'],
    method: 'get',
  })
  if (media.isChild) throw refuse.parameter('Insights are not available for the parts of a carousel.')
  if (call.parameters.text('breakdown')) throw new NotSimulated('breakdowns of media insights')
  const known = metrics[media.product]
  const names = readMetrics(call, Object.keys(known))
  const atMs = insightsMoment(meta)
  const isOver = media.product === 'STORY' && media.createdAtMs + dayMs < meta.world.clock.now()
  if (atMs < media.createdAtMs || isOver) return { data: [] }
  const got = reception(meta, media, atMs)
  if (media.product === 'STORY' && got.reach < 5)
    throw refuse.general(10, undefined, '(#10) Not enough viewers for the media to show insights')
  return { data: names.map((name) => insight(media.id, name, 'lifetime', { values: [{ value: known[name]?.(got, media) }] })) }
}
