import { accountNumbers, askAccount, nextPacificDay, spanOf } from '../graph/account-insights.ts'
import type { Graph } from '../graph/client.ts'
import { askInsights, numberIn } from '../graph/insights.ts'
import type { Measured, Measurer, Measuring, Numbers, PostMetric, PostToMeasure } from '../measurer.ts'
import { postMetrics } from '../measurer.ts'
import { asAccount } from './account.ts'

/** Fact sheet 4.2: a name that is not valid for the kind fails the whole call, so the list goes by kind. */
const ofPosts = { views: 'views', reach: 'reach', likes: 'likes', comments: 'comments', shares: 'shares', saves: 'saved' }
const ofStories = { views: 'views', reach: 'reach', shares: 'shares' }
const names = (kind: string): Partial<Record<PostMetric, string>> => (kind === 'story' ? ofStories : ofPosts)

const accountNames = { views: 'views', reach: 'reach' }

/** Meta: insights of a story exist for 24 hours after posting. */
const storyMs = 24 * 3_600_000

export const createInstagramMeasurer = (graph: Graph): Measurer => ({
  version: graph.settings.apiVersion,
  names,
  accountNames: { followers: 'followers_count', ...accountNames },
  toldForMs: (kind) => (kind === 'story' ? storyMs : null),
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
  const refused: string[] = []
  let usedPercent = 0
  for (const isStory of [false, true]) {
    const ids = posts.filter((post) => (post.kind === 'story') === isStory).map((post) => post.platformPostId)
    const wanted = names(isStory ? 'story' : '')
    const metrics = Object.values(wanted).filter((name) => !measuring.refused.has(name))
    const { signal } = measuring
    const { value: found } = await asAccount(measuring.account, (token) =>
      askInsights(graph, ids, { token, edge: 'insights', metrics, areStories: isStory, signal }),
    )
    for (const [id, values] of found.values) {
      const numbers: Numbers = {}
      for (const metric of postMetrics) {
        const number = numberIn(values, wanted[metric])
        if (number !== undefined) numbers[metric] = number
      }
      result.set(id, numbers)
    }
    refused.push(...found.refused)
    usedPercent = Math.max(usedPercent, found.usedPercent)
  }
  return { result, refused, usedPercent, source: `Graph API ${graph.settings.apiVersion} insights` }
}

/** Fact sheet 4.3: daily values of totals are asked one day at a time. */
const measureAccount = async (
  graph: Graph,
  { account, now, refused, signal }: Measuring,
  after: string | null,
): ReturnType<Measurer['account']> => {
  const day = nextPacificDay(now(), after)
  const metrics = day ? ['views', 'reach'].filter((name) => !refused.has(name)) : []
  const { value } = await asAccount(account, async (token) => {
    const get = (path: string, params: Record<string, string>) =>
      graph.request({ method: 'GET', path, token, params, signal, effect: 'repeatable' })
    const span = { metric_type: 'total_value', ...spanOf(day) }
    const node = await get(account.id, { fields: 'followers_count' })
    return { node, insights: await askAccount(metrics, (metric) => get(`${account.id}/insights`, { metric, ...span })) }
  })
  return { ...accountNumbers(value.node, value.insights, day, accountNames), source: `Graph API ${graph.settings.apiVersion}` }
}
