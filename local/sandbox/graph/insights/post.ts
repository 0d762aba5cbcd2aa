import type { GraphCall } from '../calls/call.ts'
import { requirePageAccess, requireScopes } from '../calls/caller.ts'
import { refuse } from '../calls/refusal.ts'
import type { Page, PagePost, Video } from '../state.ts'
import { insight, metricsOf, readMetrics } from './answer.ts'
import { insightsMoment, type Reception, reception } from './audience.ts'

type Metric = (got: Reception) => unknown

/** Fact sheet 4.5. */
const posts: Record<string, Metric> = {
  post_media_view: (got) => got.views,
  post_total_media_view_unique: (got) => got.reach,
  post_clicks: (got) => Math.floor(got.views / 25),
  post_clicks_by_type: (got) => ({ 'other clicks': Math.floor(got.views / 25) }),
  post_reactions_by_type_total: (got) => (got.likes > 0 ? { like: got.likes } : {}),
  post_reactions_like_total: (got) => got.likes,
  post_activity_by_action_type: (got) => ({ like: got.likes, comment: got.comments, share: got.shares }),
}
const films: Record<string, Metric> = {
  post_video_views: (got) => Math.floor(got.views * 0.6),
  post_video_avg_time_watched: () => 4_200,
  post_video_view_time: (got) => got.views * 4_200,
}
/** For /video_insights of a reel. */
const reels: Record<string, Metric> = {
  blue_reels_play_count: (got) => got.views,
  fb_reels_total_plays: (got) => Math.floor(got.views * 1.1),
  fb_reels_replay_count: (got) => Math.floor(got.views * 0.1),
  post_video_avg_time_watched: () => 4_200,
  post_video_view_time: (got) => got.views * 4_200,
  post_video_likes_by_reaction_type: (got) => ({ REACTION_LIKE: got.likes }),
  post_video_social_actions: (got) => ({ COMMENT: got.comments, SHARE: got.shares }),
  post_video_followers: (got) => Math.floor(got.views / 500),
}
/** For /video_insights of any other video. */
const videos: Record<string, Metric> = {
  total_video_views: (got) => Math.floor(got.views * 0.6),
  total_video_views_unique: (got) => Math.floor(got.reach * 0.6),
  total_video_reactions_by_type_total: (got) => (got.likes > 0 ? { like: got.likes } : {}),
  total_video_consumption_rate: () => 0.4,
  post_video_views: (got) => Math.floor(got.views * 0.6),
}

/**
 * For Pages with few followers, Meta refuses this metric but returns the others of the same post
 * (fact sheet 4.4).
 */
const refusedOnSmallPages = 'post_total_media_view_unique'
/** Metrics that return no data since a date (fact sheet 4.4). */
const emptySince: Record<string, string> = { total_video_consumption_rate: '2026-11-01' }

/** GET /{page}_{post}/insights. Leaves out video metrics for posts without a video. */
export function readPostInsights(call: GraphCall, id = call.c.req.param('id') ?? '', names = metricsOf(call)): object {
  const post = call.meta.state.posts[id]
  const isShown = (name: string) => !(name in films) || post?.videoId != null
  return readInsights(call, { id, post, edge: 'insights', known: { ...posts, ...films }, isShown, names })
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

type Asked = {
  id: string
  post: PagePost | undefined
  edge: string
  known: Record<string, Metric>
  isShown: (name: string) => boolean
  names: string[]
}

function readInsights(call: GraphCall, { id, post, edge, known, isShown, names: asked }: Asked): object {
  const { meta } = call
  if (!post) throw refuse.missingObject(`${id}/${edge}`, 'get')
  const { page, caller } = requirePageAccess(meta, call.caller, post.pageId, 'get')
  requireScopes(caller, ['read_insights', 'pages_read_engagement'])
  if (!page.roles[caller.person.id]?.includes('ANALYZE'))
    throw refuse.general(200, undefined, '(#200) The task ANALYZE is needed on this Page.')
  const names = readMetrics(call, Object.keys(known), asked)
  refuseOnSmallPages(page, names)
  const atMs = insightsMoment(meta)
  if (atMs < post.createdAtMs || page.followers < 100) return { data: [] }
  const got = reception(meta, post, atMs)
  return { data: names.filter(isShown).map((name) => insight(id, name, 'lifetime', { values: [{ value: known[name]?.(got) }] })) }
}

function refuseOnSmallPages(page: Page, names: string[]): void {
  if (page.isSmall && names.includes(refusedOnSmallPages))
    throw refuse.general(200, undefined, `(#200) The metric ${refusedOnSmallPages} is not available for this Page.`)
}
