import { askDay, followersIn } from '../graph/account-insights.ts'
import { instagramPicture } from '../graph/accounts.ts'
import { appCallsPerHour, type Graph } from '../graph/client.ts'
import { askInsights, numberIn } from '../graph/insights.ts'
import { recordsAt, textAt } from '../graph/json.ts'
import { nextIn, ownPost } from '../graph/own-posts.ts'
import type { Json, JsonRecord } from '../json.ts'
import type {
  KnownDay,
  Measured,
  MeasuredPosts,
  Measurer,
  Measuring,
  NextDay,
  Numbers,
  OwnPosts,
  OwnPostsAsked,
  PostMetric,
  PostToMeasure,
} from '../measurer.ts'
import { allNames, metricsNamed } from '../own-metrics.ts'
import { asAccount } from './account.ts'
import { instagramMetrics } from './metrics.ts'

/**
 * Metrics per kind, because one that is invalid for the kind fails the whole call (fact sheet 4.2).
 */
const ofPosts = {
  views: 'views',
  reach: 'reach',
  likes: 'likes',
  comments: 'comments',
  shares: 'shares',
  saves: 'saved',
}
const ofStories = { views: 'views', reach: 'reach', shares: 'shares' }
const names = (kind: string): Partial<Record<PostMetric, string>> =>
  kind === 'story' ? ofStories : ofPosts

const accountNames = { views: 'views', reach: 'reach' }

/** Meta provides insights of a story for 24 hours after it was posted. */
const storyMs = 24 * 3_600_000

export const createInstagramMeasurer = (graph: Graph): Measurer => ({
  version: graph.settings.apiVersion,
  names,
  ownMetrics: instagramMetrics,
  accountNames: { followers: 'followers_count', ...accountNames },
  toldForMs: (kind) => (kind === 'story' ? storyMs : null),
  tellsAbsence: () => true,
  batch: 50,
  callsPerHour: appCallsPerHour,
  posts: (measuring, posts) => measurePosts(graph.within(measuring.share), measuring, posts),
  ownPosts: (measuring, asked) => listOwnPosts(graph.within(measuring.share), measuring, asked),
  followers: (measuring) => readFollowers(graph.within(measuring.share), measuring),
  accountDay: (measuring, known) => readDay(graph.within(measuring.share), measuring, known),
})

const measurePosts = async (
  graph: Graph,
  { account, isRetired, signal }: Measuring,
  posts: PostToMeasure[],
): Promise<MeasuredPosts> => {
  const asks = posts.map(({ platformPostId: id, kind }) => ({
    id,
    path: `${id}/insights`,
    kind,
    metrics: Object.values(namesOf(kind)).filter((name) => !isRetired(kind, name)),
    isStory: kind === 'story',
  }))
  const { value: found } = await asAccount(account, (token) =>
    askInsights(graph, asks, { token, signal }),
  )
  const { unanswered, refusals } = found
  const shown = posts.flatMap(({ platformPostId: id, kind }) => {
    const values = found.values.get(id)
    return values ? [[id, numbersOf(namesOf(kind), values)] as const] : []
  })
  return {
    ...{ unanswered, refusals, problem: null, betterIds: new Map() },
    result: new Map(shown),
    notGiven: metricsNamed({ names, ownMetrics: instagramMetrics }, found.notGiven),
    source: `Graph API ${graph.settings.apiVersion} insights`,
  }
}

const namesOf = (kind: string): Record<string, string> =>
  allNames({ names, ownMetrics: instagramMetrics }, kind)

const numbersOf = (wanted: Record<string, string>, values: Map<string, Json>): Numbers => {
  const numbers = Object.entries(wanted).map(
    ([metric, name]) => [metric, numberIn(values, name)] as const,
  )
  return Object.fromEntries(numbers.filter(([, number]) => number !== undefined))
}

const readFollowers = async (
  graph: Graph,
  { account, signal }: Measuring,
): ReturnType<Measurer['followers']> => {
  const params = { fields: `followers_count,${instagramPicture}` }
  const { value: node } = await asAccount(account, (token) =>
    graph.get(account.id, token, params, signal),
  )
  return followersIn(graph, node, textAt(node, instagramPicture))
}

/** Daily totals have to be requested one day at a time (fact sheet 4.3). */
const readDay = async (
  graph: Graph,
  measuring: Measuring,
  known: KnownDay[],
): Promise<Measured<NextDay>> => {
  const { account, now, isRetired, signal } = measuring
  const asked = {
    graph,
    accountId: account.id,
    names: accountNames,
    isRetired,
    known,
    nowMs: now(),
  }
  const { value } = await asAccount(account, (token) =>
    askDay(asked, (params) =>
      graph.get(`${account.id}/insights`, token, { metric_type: 'total_value', ...params }, signal),
    ),
  )
  return value
}

/** Newest first, without stories (fact sheet 3.6). Ads are skipped. */
const listOwnPosts = async (
  graph: Graph,
  { account, signal }: Measuring,
  asked: OwnPostsAsked,
): Promise<Measured<OwnPosts>> => {
  const fields = 'id,caption,permalink,timestamp,media_type,media_product_type'
  const params = {
    fields,
    limit: '50',
    since: String(Math.floor(asked.sinceMs / 1000)),
    after: asked.next,
  }
  const { value: body } = await asAccount(account, (token) =>
    graph.get(`${account.id}/media`, token, params, signal),
  )
  const media = recordsAt(body, 'data').filter((one) =>
    ['FEED', 'REELS'].includes(textAt(one, 'media_product_type') ?? 'FEED'),
  )
  const posts = media.flatMap((one) => {
    const found = {
      id: textAt(one, 'id'),
      text: textAt(one, 'caption'),
      permalink: textAt(one, 'permalink'),
    }
    return ownPost({ ...found, time: textAt(one, 'timestamp') }, kindOf(one))
  })
  return {
    ...{ refusals: [], problem: null, source: `Graph API ${graph.settings.apiVersion}` },
    result: { posts, next: nextIn(body) },
  }
}

/** A video of the feed is not a reel: Meta refuses the metrics of reels for it. */
const kindOf = (media: JsonRecord): string => {
  const type = textAt(media, 'media_type')
  if (type === 'VIDEO') return textAt(media, 'media_product_type') === 'FEED' ? 'video' : 'reel'
  return type === 'CAROUSEL_ALBUM' ? 'carousel' : 'image'
}
