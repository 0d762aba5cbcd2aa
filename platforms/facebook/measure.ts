import { PlatformError } from '../errors.ts'
import { accountNumbers, askAccount, nextPacificDay, spanOf } from '../graph/account-insights.ts'
import type { Graph } from '../graph/client.ts'
import { askInsights, countIn, type Insights, numberIn } from '../graph/insights.ts'
import type { Measured, Measurer, Measuring, Numbers, PostMetric, PostToMeasure } from '../measurer.ts'
import type { Account, Json } from '../platform.ts'
import { readUpload } from './upload.ts'

/** Fact sheet 4.5. Likes are all reactions; comments and shares come with the same metric. */
const ofPosts = {
  views: 'post_media_view',
  reach: 'post_total_media_view_unique',
  likes: 'post_reactions_by_type_total',
  comments: 'post_activity_by_action_type',
  shares: 'post_activity_by_action_type',
}
/** Reels have names of their own, and no reach. */
const ofReels = {
  views: 'blue_reels_play_count',
  likes: 'post_video_likes_by_reaction_type',
  comments: 'post_video_social_actions',
  shares: 'post_video_social_actions',
}
const pageNames = { views: 'page_media_view', reach: 'page_total_media_view_unique' }
const names = (kind: string): Partial<Record<PostMetric, string>> => (kind === 'reel' ? ofReels : ofPosts)

export const createFacebookMeasurer = (graph: Graph): Measurer => ({
  version: graph.settings.apiVersion,
  names,
  accountNames: { followers: 'followers_count', ...pageNames },
  toldForMs: () => null,
  batch: 50,
  posts: (measuring, posts) => measurePosts(graph, measuring, posts),
  account: (measuring, after) => measureAccount(graph, measuring, after),
})

const measurePosts = async (
  graph: Graph,
  measuring: Measuring,
  posts: PostToMeasure[],
): Promise<Measured<Map<string, Numbers>>> => {
  const result = new Map<string, Numbers>()
  const ask = (wanted: Record<string, string>, edge: string, ids: string[]): Promise<Insights> => {
    const metrics = [...new Set(Object.values(wanted))].filter((name) => !measuring.refused.has(name))
    return askInsights(graph, ids, { token: tokenOf(measuring.account), edge, metrics, signal: measuring.signal })
  }
  const reels = new Map(posts.flatMap((post) => (post.kind === 'reel' ? [[videoIdOf(post), post.platformPostId] as const] : [])))
  const others = posts.filter((post) => post.kind !== 'reel').map((post) => post.platformPostId)
  const fromPosts = await ask(ofPosts, 'insights', others)
  const fromReels = await ask(ofReels, 'video_insights', [...reels.keys()])
  for (const [id, values] of fromPosts.values) result.set(id, numbersOf(ofPosts, values))
  for (const [id, values] of fromReels.values) result.set(reels.get(id) ?? id, numbersOf(ofReels, values))
  return {
    result,
    refused: [...fromPosts.refused, ...fromReels.refused],
    usedPercent: Math.max(fromPosts.usedPercent, fromReels.usedPercent),
    source: `Graph API ${graph.settings.apiVersion} insights`,
  }
}

const videoIdOf = (post: PostToMeasure): string => readUpload(post.handles)?.videoId ?? post.platformPostId

const numbersOf = (wanted: typeof ofReels & { reach?: string }, values: Map<string, Json>): Numbers => {
  const numbers = {
    views: numberIn(values, wanted.views),
    reach: numberIn(values, wanted.reach),
    likes: countIn(values, wanted.likes),
    comments: countIn(values, wanted.comments, 'comment'),
    shares: countIn(values, wanted.shares, 'share'),
  }
  return Object.fromEntries(Object.entries(numbers).filter(([, number]) => number !== undefined))
}

/** Fact sheet 4.4. A Page below 100 likes has no insights: empty, not 0. */
const measureAccount = async (
  graph: Graph,
  { account, now, refused, signal }: Measuring,
  after: string | null,
): ReturnType<Measurer['account']> => {
  const token = tokenOf(account)
  const get = (path: string, params: Record<string, string>) =>
    graph.request({ method: 'GET', path, token, params, signal, effect: 'repeatable' })
  const day = nextPacificDay(now(), after)
  const node = await get(account.id, { fields: 'followers_count' })
  const metrics = day ? Object.values(pageNames).filter((name) => !refused.has(name)) : []
  const insights = await askAccount(metrics, (metric) => get(`${account.id}/insights`, { metric, ...spanOf(day) }))
  return { ...accountNumbers(node, insights, day, pageNames), source: `Graph API ${graph.settings.apiVersion}` }
}

/** Insights of a Page and its posts need the Page's own token. */
const tokenOf = ({ accountToken }: Account): string => {
  if (accountToken) return accountToken
  throw new PlatformError({
    kind: 'permission',
    code: 'no_page_token',
    words: 'The token of this Page is missing. Connect the Page again.',
  })
}
