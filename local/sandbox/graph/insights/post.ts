import type { GraphCall } from '../calls/call.ts'
import { requirePageAccess, requireScopes } from '../calls/caller.ts'
import { NotSimulated, refuse } from '../calls/refusal.ts'
import type { Meta } from '../meta.ts'
import type { Page, PagePost, Video } from '../state.ts'
import { lengthOf, type Watched, watched } from './acts.ts'
import { insight, metricsOf, readMetrics } from './answer.ts'
import { insightsMoment, type Reception, reception, share } from './audience.ts'

/** What the metrics of one post are computed from. */
type Seen = {
  got: Reception
  clicks: Record<string, number>
  film: Watched
  lengthMs: number | undefined
}
type Metric = (seen: Seen) => unknown

const reactions: Metric = ({ got }) => (got.likes > 0 ? { like: got.likes } : {})

/** Fact sheet 4.5. */
const posts: Record<string, Metric> = {
  post_media_view: ({ got }) => got.views,
  post_total_media_view_unique: ({ got }) => got.reach,
  post_clicks: ({ clicks }) => Object.values(clicks).reduce((sum, count) => sum + count, 0),
  post_clicks_by_type: ({ clicks }) => clicks,
  post_reactions_by_type_total: reactions,
  post_reactions_like_total: ({ got }) => got.likes,
  post_activity_by_action_type: ({ got }) => ({
    like: got.likes,
    comment: got.comments,
    share: got.shares,
  }),
}
const watchTimes: Record<string, Metric> = {
  post_video_avg_time_watched: ({ film }) => film.averageMs,
  post_video_view_time: ({ film }) => film.totalMs,
}
const films: Record<string, Metric> = {
  ...watchTimes,
  post_video_views: ({ film }) => film.plays,
  post_video_length: ({ lengthMs }) => lengthMs,
}
/** For /video_insights of a reel. */
const reels: Record<string, Metric> = {
  ...watchTimes,
  blue_reels_play_count: ({ got }) => got.views,
  fb_reels_total_plays: ({ film }) => film.plays,
  fb_reels_replay_count: ({ got, film }) => film.plays - got.views,
  post_video_likes_by_reaction_type: ({ got }) => ({ REACTION_LIKE: got.likes }),
  post_video_social_actions: ({ got }) => ({ COMMENT: got.comments, SHARE: got.shares }),
  post_video_followers: ({ got }) => Math.floor(got.views / 500),
}
/** For /video_insights of any other video. */
const videos: Record<string, Metric> = {
  total_video_views: ({ film }) => film.plays,
  total_video_views_unique: ({ got }) => Math.floor(got.reach * 0.6),
  total_video_reactions_by_type_total: reactions,
  total_video_consumption_rate: () => 0.4,
  post_video_views: ({ film }) => film.plays,
}
/**
 * Metrics that Meta has, but whose values the fact sheet does not describe: a graph, and the others
 * of `total_video_*`.
 */
const notSimulated = /^(post_video_retention_graph|total_video_(?!impressions)[a-z_]+)$/

/**
 * For Pages with few followers, Meta refuses this metric but returns the others of the same post
 * (fact sheet 4.4).
 */
const refusedOnSmallPages = 'post_total_media_view_unique'
/** Metrics that return no data since a date (fact sheet 4.4). */
const emptySince: Record<string, string> = { total_video_consumption_rate: '2026-11-01' }

/** GET /{page}_{post}/insights. Leaves out video metrics for posts without a video. */
export function readPostInsights(
  call: GraphCall,
  id = call.c.req.param('id') ?? '',
  names = metricsOf(call),
): object {
  const post = call.meta.state.posts[id]
  const isShown = (name: string) => !(name in films) || post?.videoId != null
  return readInsights(call, {
    id,
    post,
    edge: 'insights',
    known: { ...posts, ...films },
    isShown,
    names,
  })
}

/** GET /{video-id}/video_insights of a video or reel. Without `metric`, returns a default set. */
export function readVideoInsights(call: GraphCall, id = call.c.req.param('id') ?? ''): object {
  const { meta } = call
  const video: Video | undefined = meta.state.videos[id]
  const post = video?.postId ? meta.state.posts[`${video.pageId}_${video.postId}`] : undefined
  const known = video?.kind === 'reel' ? reels : videos
  const asked = metricsOf(call)
  const names = asked.length > 0 ? asked : Object.keys(known)
  const today = new Date(meta.world.clock.now()).toISOString().slice(0, 10)
  const isShown = (name: string) => (emptySince[name] ?? '9999') > today
  return readInsights(call, { id, post, edge: 'video_insights', known, isShown, names })
}

/** All metrics of a post, by Meta's names, for the ledger. Includes those of its reel or video. */
export function postNumbers(meta: Meta, post: PagePost, atMs: number): Record<string, unknown> {
  const seen = seenOf(meta, post, atMs)
  const kind = post.videoId === null ? null : meta.state.videos[post.videoId]?.kind
  const ofVideo = kind === 'reel' ? { ...films, ...reels } : kind ? { ...films, ...videos } : {}
  const known = { ...posts, ...ofVideo }
  return Object.fromEntries(Object.entries(known).map(([name, metric]) => [name, metric(seen)]))
}

function seenOf(meta: Meta, post: PagePost, atMs: number): Seen {
  const got = reception(meta, post, atMs)
  return {
    got,
    clicks: clicksOf(post, got),
    film: filmOf(meta, post, got),
    lengthMs: lengthOf(meta, post.videoId ? meta.state.videos[post.videoId]?.sha256 : null),
  }
}

/** Of a post without a video, the result says what it would have been. */
export function filmOf(meta: Meta, post: PagePost, { views }: Pick<Reception, 'views'>): Watched {
  const video = post.videoId ? meta.state.videos[post.videoId] : undefined
  // A reel starts to play automatically, and some people watch it twice.
  return watched(
    meta,
    post,
    video?.sha256,
    Math.floor(views * (video?.kind === 'reel' ? 1.1 : 0.6)),
  )
}

function clicksOf(post: PagePost, { views }: Reception): Record<string, number> {
  const clicks = (name: string, most: number) =>
    Math.floor(views * most * (0.2 + 0.8 * share(post.id, name)))
  return {
    ...(post.link ? { 'link clicks': clicks('link clicks', 0.05) } : {}),
    ...(post.photoIds.length > 0 ? { 'photo view': clicks('photo view', 0.08) } : {}),
    ...(post.videoId ? { 'video play': clicks('video play', 0.1) } : {}),
    'other clicks': clicks('other clicks', 0.04),
  }
}

type Asked = {
  id: string
  post: PagePost | undefined
  edge: string
  known: Record<string, Metric>
  isShown: (name: string) => boolean
  names: string[]
}

function readInsights(
  call: GraphCall,
  { id, post, edge, known, isShown, names: asked }: Asked,
): object {
  const { meta } = call
  if (!post) throw refuse.missingObject(`${id}/${edge}`, 'get')
  const { page, caller } = requirePageAccess(meta, call.caller, post.pageId, 'get')
  requireScopes(caller, ['read_insights', 'pages_read_engagement'])
  if (!page.roles[caller.person.id]?.includes('ANALYZE'))
    throw refuse.general(200, undefined, '(#200) The task ANALYZE is needed on this Page.')
  const missing = asked.find((name) => notSimulated.test(name) && !(name in known))
  if (missing) throw new NotSimulated(`the metric ${missing}`)
  if (call.parameters.text('breakdown'))
    throw new NotSimulated('breakdowns of the insights of a post')
  const names = readMetrics(call, Object.keys(known), asked)
  refuseOnSmallPages(page, names)
  const atMs = insightsMoment(meta)
  if (atMs < post.createdAtMs || page.followers < 100) return { data: [] }
  const seen = seenOf(meta, post, atMs)
  return {
    data: names
      .filter(isShown)
      .map((name) => insight(id, name, 'lifetime', { values: [{ value: known[name]?.(seen) }] })),
  }
}

function refuseOnSmallPages(page: Page, names: string[]): void {
  if (page.isSmall && names.includes(refusedOnSmallPages))
    throw refuse.general(
      200,
      undefined,
      `(#200) The metric ${refusedOnSmallPages} is not available for this Page.`,
    )
}
