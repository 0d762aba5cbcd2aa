import { insightsMoment, type Reception, reception } from './audience.ts'
import { requirePageAccess, requireScopes } from './caller.ts'
import type { GraphCall } from './graph-endpoint.ts'
import { insight, readMetrics } from './insights-answer.ts'
import { refuse } from './refusal.ts'
import type { PagePost } from './state.ts'

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

/** GET /{page}_{post}/insights. Metrics of films are left out for posts without one. */
export function readPostInsights(call: GraphCall, id = call.c.req.param('id') ?? ''): object {
  const post = call.meta.state.posts[id]
  return readInsights(call, id, post, 'insights', { ...posts, ...films }, (name) => !(name in films) || post?.videoId != null)
}

/** GET /{video-id}/video_insights of a video or reel. */
export function readVideoInsights(call: GraphCall, id = call.c.req.param('id') ?? ''): object {
  const { meta } = call
  const video = meta.state.videos[id]
  const post = video?.postId ? meta.state.posts[`${video.pageId}_${video.postId}`] : undefined
  return readInsights(call, id, post, 'video_insights', reels, () => true)
}

function readInsights(
  call: GraphCall,
  id: string,
  post: PagePost | undefined,
  edge: string,
  known: Record<string, Metric>,
  isShown: (name: string) => boolean,
): object {
  const { meta } = call
  if (!post) throw refuse.missingObject(`${id}/${edge}`, 'get')
  const { page, caller } = requirePageAccess(meta, call.caller, post.pageId, 'get')
  requireScopes(caller, ['read_insights', 'pages_read_engagement'])
  if (!page.roles[caller.person.id]?.includes('ANALYZE'))
    throw refuse.general(200, undefined, '(#200) The task ANALYZE is needed on this Page.')
  const names = readMetrics(call, Object.keys(known))
  const atMs = insightsMoment(meta)
  if (atMs < post.createdAtMs) return { data: [] }
  const got = reception(meta, post, atMs)
  return { data: names.filter(isShown).map((name) => insight(id, name, 'lifetime', { values: [{ value: known[name]?.(got) }] })) }
}
