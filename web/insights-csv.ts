import { stringify } from 'csv-stringify/sync'
import { listAccountDays, listFollowers, sumDays } from '../db/insights.ts'
import { postMetrics } from '../platforms/measurer.ts'
import type { WebDeps } from './env.ts'
import { eveOf } from './insight-lines.ts'
import { bucketsOf } from './insight-range.ts'
import type { Insights } from './insights-page.ts'
import { titleOf } from './post-title.ts'

type Cell = string | number | null | undefined
type Table = Cell[][]

/** The tables behind the page; each opens with its names. Empty: no number, which is not 0. */
const tables: Record<string, (deps: WebDeps, insights: Insights) => Promise<Table>> = {
  days: async (deps, { scope, range }) => {
    const buckets = bucketsOf(range, 1)
    const [sums, levels] = await Promise.all([
      sumDays(deps.sql, scope, { days: range, before: null, size: 1 }),
      listFollowers(
        deps.sql,
        scope,
        buckets.map((one) => one.to),
      ),
    ])
    const byBack = new Map(sums.buckets.map((one) => [one.back, one]))
    const followers = new Map(levels.map((one) => [one.day, one.followers]))
    const rows = buckets.map(({ to }, index): Cell[] => {
      const sum = byBack.get(buckets.length - 1 - index)
      return [to, ...postMetrics.map((metric) => sum?.[metric]), followers.get(to), sum?.takenAt.toISOString()]
    })
    return [['day', ...postMetrics, 'followers', 'taken_at'], ...rows]
  },
  posts: async (_, { posts }) => [
    ['published_at', 'platform', 'account', 'kind', 'post', 'address', ...postMetrics, 'no_longer_provided', 'taken_at'],
    ...posts.map((post): Cell[] => [
      post.publishedAt.toISOString(),
      post.platform,
      post.channelName,
      post.kind,
      titleOf(post.text),
      post.permalink,
      ...postMetrics.map((metric) => post[metric]),
      post.endedMetrics.join(' '),
      post.takenAt?.toISOString(),
    ]),
  ],
  accounts: async (_, { accounts, accountSums, accountFollowers, postCounts, range }) => {
    const level = (id: string, day: string) => accountFollowers.find((one) => one.channelId === id && one.day === day)?.followers
    const rows = accounts.map((one): Cell[] => {
      const sum = accountSums.find((each) => each.channelId === one.id)
      const followers = [level(one.id, range.to), level(one.id, eveOf(range.from))]
      const numbers = postMetrics.map((metric) => sum?.[metric])
      return [one.platform, one.name, postCounts.get(one.id) ?? 0, ...numbers, ...followers, one.takenAt?.toISOString()]
    })
    return [['platform', 'account', 'posts', ...postMetrics, 'followers', 'followers_before', 'taken_at'], ...rows]
  },
  account: async (deps, { channel, workspace, range }) => [
    ['platform_day', 'views', 'reach', 'taken_at'],
    ...(channel ? await listAccountDays(deps.sql, workspace.id, channel.id, range) : []).map((one): Cell[] => [
      one.day,
      one.views,
      one.reach,
      one.takenAt.toISOString(),
    ]),
  ],
  hours: async (_, { hours }) => [
    ['weekday', 'hour', 'views_against_usual', 'posts'],
    ...hours.map((one): Cell[] => [one.weekday, one.hour, one.ratio.toFixed(3), one.posts]),
  ],
}

/** The table by its name, `days` where none is asked for; null for a name that is none. */
export const insightsCsv = async (deps: WebDeps, insights: Insights, name = 'days'): Promise<string | null> => {
  const table = Object.hasOwn(tables, name) ? tables[name] : undefined
  return table ? asCsv(await table(deps, insights)) : null
}

/** Captions are people's own words: what a spreadsheet would take for a formula is escaped. */
export const asCsv = (table: Table): string => stringify(table, { escape_formulas: true, bom: true })
