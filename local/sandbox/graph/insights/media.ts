import type { GraphCall } from '../calls/call.ts'
import { requireInstagram } from '../calls/caller.ts'
import { NotSimulated, refuse } from '../calls/refusal.ts'
import type { Meta } from '../meta.ts'
import type { InstagramMedia } from '../state.ts'
import { type Acts, actsOf, type Watched, watched } from './acts.ts'
import { insight, readMetrics } from './answer.ts'
import { insightsMoment, type Reception, reception } from './audience.ts'

/** What the metrics of one media are computed from. */
type Seen = { got: Reception; acts: Acts; film: Watched }
type Metric = (seen: Seen) => number

const everywhere: Record<string, Metric> = {
  views: ({ got }) => got.views,
  reach: ({ got }) => got.reach,
  shares: ({ got }) => got.shares,
  total_interactions: ({ got }) => got.interactions,
  reposts: () => 0,
  facebook_views: () => 0,
  total_views: ({ got }) => got.views,
}
const posts: Record<string, Metric> = {
  likes: ({ got }) => got.likes,
  comments: ({ got }) => got.comments,
  saved: ({ got }) => got.saved,
  total_likes: ({ got }) => got.likes,
  total_comments: ({ got }) => got.comments,
}
const profile: Record<string, Metric> = {
  follows: ({ acts }) => acts.follows,
  profile_visits: ({ acts }) => acts.profileVisits,
  profile_activity: ({ acts }) => acts.profileActivity,
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
    ig_reels_avg_watch_time: ({ film }) => film.averageMs,
    ig_reels_video_view_total_time: ({ film }) => film.totalMs,
    reels_skip_rate: () => 31,
    crossposted_views: ({ got }) => got.views,
  },
  STORY: {
    ...everywhere,
    ...profile,
    total_interactions: ({ got, acts }) => got.shares + acts.replies,
    replies: ({ acts }) => acts.replies,
    navigation: ({ acts }) => acts.navigation,
    link_clicks: ({ acts }) => acts.linkClicks,
  },
}

function seenOf(meta: Meta, media: InstagramMedia, atMs: number): Seen {
  const got = reception(meta, media, atMs)
  return { got, acts: actsOf(media, got), film: watched(meta, media, media.sha256s[0], got.views) }
}

/** All metrics of a media, by Meta's names, for the ledger. */
export function mediaNumbers(
  meta: Meta,
  media: InstagramMedia,
  atMs: number,
): Record<string, number> {
  const seen = seenOf(meta, media, atMs)
  return Object.fromEntries(
    Object.entries(metrics[media.product]).map(([name, metric]) => [name, metric(seen)]),
  )
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
  if (media.isChild)
    throw refuse.parameter('Insights are not available for the parts of a carousel.')
  if (call.parameters.text('breakdown')) throw new NotSimulated('breakdowns of media insights')
  const known = metrics[media.product]
  const names = readMetrics(call, Object.keys(known))
  const atMs = insightsMoment(meta)
  const isOver = media.product === 'STORY' && media.createdAtMs + dayMs < meta.world.clock.now()
  if (atMs < media.createdAtMs || isOver) return { data: [] }
  const seen = seenOf(meta, media, atMs)
  if (media.product === 'STORY' && seen.got.reach < 5)
    throw refuse.general(10, undefined, '(#10) Not enough viewers for the media to show insights')
  return {
    data: names.map((name) =>
      insight(media.id, name, 'lifetime', { values: [{ value: known[name]?.(seen) }] }),
    ),
  }
}
