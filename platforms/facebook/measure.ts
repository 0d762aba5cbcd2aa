import type { Account } from '../account.ts'
import { PlatformError } from '../errors.ts'
import { askDay, followersIn } from '../graph/account-insights.ts'
import { pagePicture } from '../graph/accounts.ts'
import { appCallsPerHour, type Graph } from '../graph/client.ts'
import { type Ask, askInsights, countIn, numberIn, partIn } from '../graph/insights.ts'
import { textAt } from '../graph/json.ts'
import type { Json } from '../json.ts'
import type {
  KnownDay,
  Measured,
  MeasuredPosts,
  Measurer,
  Measuring,
  NextDay,
  Numbers,
  PostMetric,
  PostToMeasure,
} from '../measurer.ts'
import { metricsNamed, ownNames } from '../own-metrics.ts'
import { facebookMetrics } from './metrics.ts'
import { listOwnPosts } from './own-posts.ts'
import { readUpload } from './upload.ts'
import { fullPostId } from './video-status.ts'

type Wanted = Partial<Record<PostMetric, string>>
/** The names to request: those of a kind, and the Page's own. */
type Asked = Partial<Record<string, string>>

/**
 * Metrics from fact sheet 4.5. Likes are all reactions. Comments and shares come from the same
 * metric.
 */
const ofPosts: Wanted = {
  views: 'post_media_view',
  reach: 'post_total_media_view_unique',
  likes: 'post_reactions_by_type_total',
  comments: 'post_activity_by_action_type',
  shares: 'post_activity_by_action_type',
}
/** Reels have their own metrics, without reach. */
const ofReels: Wanted = {
  views: 'blue_reels_play_count',
  likes: 'post_video_likes_by_reaction_type',
  comments: 'post_video_social_actions',
  shares: 'post_video_social_actions',
}
/** For a video whose post id Facebook hasn't returned yet. */
const ofBareVideos: Wanted = {
  views: 'total_video_views',
  reach: 'total_video_views_unique',
  likes: 'total_video_reactions_by_type_total',
}
const pageNames = { views: 'page_media_view', reach: 'page_total_media_view_unique' }
const names = (kind: string): Wanted => (kind === 'reel' ? ofReels : ofPosts)

export const createFacebookMeasurer = (graph: Graph): Measurer => ({
  version: graph.settings.apiVersion,
  names,
  ownMetrics: facebookMetrics,
  accountNames: { followers: 'followers_count', ...pageNames },
  toldForMs: (kind) => (kind === 'story' ? 0 : null), // no story metric is known to work
  tellsAbsence: () => true,
  batch: 50,
  callsPerHour: appCallsPerHour,
  posts: (measuring, posts) => measurePosts(graph.within(measuring.share), measuring, posts),
  ownPosts: async (measuring, asked) => ({
    ...{ refusals: [], problem: null, source: `Graph API ${graph.settings.apiVersion}` },
    result: await listOwnPosts(graph.within(measuring.share), {
      ...asked,
      ...{
        pageId: measuring.account.id,
        token: tokenOf(measuring.account),
        signal: measuring.signal,
      },
    }),
  }),
  followers: (measuring) => readFollowers(graph.within(measuring.share), measuring),
  accountDay: (measuring, known) => readDay(graph.within(measuring.share), measuring, known),
})

const measurePosts = async (
  graph: Graph,
  measuring: Measuring,
  posts: PostToMeasure[],
): Promise<MeasuredPosts> => {
  const request = { token: tokenOf(measuring.account), signal: measuring.signal }
  const betterIds = await findPostIds(graph, measuring.account.id, posts, request)
  const wanted = new Map(posts.map((post) => [post.platformPostId, placeOf(post, betterIds)]))
  const asks = posts.map(({ platformPostId: id, kind }): Ask => {
    const { path = '', names: asked = {} } = wanted.get(id) ?? {}
    const all = new Set(Object.values(asked).filter((name) => name !== undefined))
    const metrics = [...all].filter((name) => !measuring.isRetired(kind, name))
    return { id, path, kind, metrics }
  })
  const { values, unanswered, refusals, notGiven } = await askInsights(graph, asks, request)
  return {
    ...{ unanswered, refusals, betterIds, problem: null },
    result: new Map(
      [...values].map(([id, given]) => [id, numbersOf(wanted.get(id)?.names ?? {}, given)]),
    ),
    notGiven: metricsNamed({ names, ownMetrics: facebookMetrics }, notGiven),
    source: `Graph API ${graph.settings.apiVersion} insights`,
  }
}

/**
 * Which id and edge provide a post's numbers (fact sheet 4.5). There is no `/insights` for a video
 * id.
 */
const placeOf = (
  post: PostToMeasure,
  betterIds: ReadonlyMap<string, string>,
): { path: string; names: Asked } => {
  const own = ownNames(facebookMetrics, post.kind)
  if (post.kind === 'reel')
    return { path: `${videoIdOf(post)}/video_insights`, names: { ...ofReels, ...own } }
  const id = betterIds.get(post.platformPostId) ?? post.platformPostId
  if (post.kind === 'video' && isBare(id))
    return { path: `${videoIdOf(post)}/video_insights`, names: ofBareVideos }
  return { path: `${id}/insights`, names: { ...ofPosts, ...own } }
}

/**
 * Facebook may omit `post_id` for a while after publishing. So it is requested again for videos
 * that are known only by their video id.
 */
const findPostIds = async (
  graph: Graph,
  pageId: string,
  posts: PostToMeasure[],
  request: { token: string; signal: AbortSignal },
) => {
  const bare = posts.filter(
    ({ kind, platformPostId }) => (kind === 'video' || kind === 'reel') && isBare(platformPostId),
  )
  const betterIds = new Map<string, string>()
  if (bare.length === 0) return betterIds
  const operations = bare.map((post) => ({ path: videoIdOf(post), params: { fields: 'post_id' } }))
  const parts = await graph.batch(operations, request.token, request.signal)
  for (const [index, part] of parts.entries()) {
    const postId = 'body' in part ? fullPostId(textAt(part.body, 'post_id'), pageId) : null
    const known = bare[index]?.platformPostId
    if (postId && known) betterIds.set(known, postId)
  }
  return betterIds
}

const isBare = (id: string): boolean => !id.includes('_')

const videoIdOf = (post: PostToMeasure): string =>
  readUpload(post.handles)?.videoId ?? post.platformPostId

const numbersOf = (wanted: Asked, values: Map<string, Json>): Numbers => {
  const own = facebookMetrics.map(({ name }) => [name, numberIn(values, wanted[name])] as const)
  const numbers: Numbers = {
    ...Object.fromEntries(own),
    link_clicks: partIn(values, wanted.link_clicks, 'link clicks'),
    views: numberIn(values, wanted.views),
    reach: numberIn(values, wanted.reach),
    likes: countIn(values, wanted.likes),
    comments: countIn(values, wanted.comments, 'comment'),
    shares: countIn(values, wanted.shares, 'share'),
  }
  return Object.fromEntries(Object.entries(numbers).filter(([, number]) => number !== undefined))
}

const readFollowers = async (
  graph: Graph,
  { account, signal }: Measuring,
): ReturnType<Measurer['followers']> => {
  const params = { fields: 'followers_count,picture{url}' }
  const node = await graph.get(account.id, tokenOf(account), params, signal)
  return followersIn(graph, node, textAt(node, ...pagePicture))
}

/** Fact sheet 4.4. A Page with fewer than 100 likes has no insights: the result is empty, not 0. */
const readDay = (
  graph: Graph,
  { account, now, isRetired, signal }: Measuring,
  known: KnownDay[],
): Promise<Measured<NextDay>> => {
  const token = tokenOf(account)
  return askDay(
    { graph, accountId: account.id, names: pageNames, isRetired, known, nowMs: now() },
    (params) => graph.get(`${account.id}/insights`, token, params, signal),
  )
}

/** Insights of a Page and its posts require the Page's own token. */
const tokenOf = ({ accountToken }: Account): string => {
  if (accountToken) return accountToken
  throw new PlatformError({
    kind: 'permission',
    code: 'no_page_token',
    words: 'The token of this Page is missing. Reconnect the Page.',
  })
}
