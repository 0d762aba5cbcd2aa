import { HTTPException } from 'hono/http-exception'
import {
  type DaySums,
  type FollowerLevel,
  listFollowers,
  listFollowersOfAccounts,
  listMeasuredAccounts,
  listRefusedNames,
  type MeasuredAccount,
  type Scope,
  sumDays,
} from '../db/insights.ts'
import { countPosts, type HourOfWeek, type Instants, type MeasuredPost, rankPosts, rateHours } from '../db/post-numbers.ts'
import { type PostMetric, postMetrics } from '../platforms/measurer.ts'
import type { WebDeps, Workspace } from './env.ts'
import { type Formats, formats } from './formats.ts'
import { hoursOf } from './insight-hours.ts'
import { eveOf, followersLine, type Line, lineOf, type Points, pointsOf } from './insight-lines.ts'
import { type MetricNotes, metricNotes } from './insight-metrics.ts'
import { type Range, type RangeAsked, readRange } from './insight-range.ts'
import { dateOf, startOfDay } from './wall-time.ts'

export type Query = { range?: string | undefined; from?: string | undefined; to?: string | undefined; by?: string | undefined }

/** What a page, its report and its tables show of one workspace or one account in some days. */
export type Insights = {
  workspace: Workspace
  scope: Scope
  channel: MeasuredAccount | null
  /** In the scope. */
  accounts: MeasuredAccount[]
  asked: RangeAsked
  range: Range
  firstDay: string | null
  takenAt: Date | null
  /** Why there is nothing to compare with; null where there is. */
  incomparable: string | null
  lines: Record<PostMetric | 'followers', Line>
  accountSums: DaySums['accounts']
  /** Of each account, at the end of the last day and of the one before the first. */
  accountFollowers: FollowerLevel[]
  /** How many went out, by account. */
  postCounts: Map<string, number>
  notes: MetricNotes
  posts: MeasuredPost[]
  by: PostMetric
  hours: HourOfWeek[]
  hourSpan: Instants
  fmt: Formats
}

const listedPosts = 10
/** Best hours need many posts: they are looked for in so many days, among posts that have had this long to be seen. */
const hoursDays = { least: 90, most: 365 }
const ripeDays = 3
const dayMs = 86_400_000

/** Throws 404 when the workspace has no such account. */
export const loadInsights = async (
  deps: WebDeps,
  workspace: Workspace,
  channelId: string | null,
  query: Query,
  most = listedPosts,
): Promise<Insights> => {
  const all = await listMeasuredAccounts(deps.sql, workspace.id)
  const channel = channelId === null ? null : (all.find((one) => one.id === channelId) ?? null)
  if (channelId !== null && !channel) throw new HTTPException(404)
  const accounts = channel ? [channel] : all
  const fmt = formats(workspace.zone, deps.now())
  const firstDay = least(accounts.flatMap((one) => one.firstDay ?? []))
  const asked = readRange(query, dateOf(new Date(deps.now()), workspace.zone), firstDay)
  const { range } = asked
  const scope: Scope = { workspaceId: workspace.id, channelId }
  const by = postMetrics.find((metric) => metric === query.by) ?? 'views'
  const incomparable = whyIncomparable(range, firstDay, fmt)
  const points = pointsOf(range, incomparable === null)
  const hourSpan = spanOfHours(deps, workspace, range)
  const instants = instantsOf(range, workspace.zone)
  const [sums, levels, accountFollowers, postCounts, posts, hours, refused] = await Promise.all([
    sumDays(deps.sql, scope, { days: range, before: range.before, size: range.size }),
    listFollowers(deps.sql, scope, [...points.buckets.map((one) => one.to), eveOf(range.from)]),
    listFollowersOfAccounts(deps.sql, scope, [range.to, eveOf(range.from)]),
    countPosts(deps.sql, scope, instants),
    rankPosts(deps.sql, scope, instants, { by, limit: most }),
    rateHours(deps.sql, scope, hourSpan, workspace.zone),
    listRefusedNames(deps.sql),
  ])
  return {
    ...{ workspace, scope, channel, accounts, asked, range, firstDay, incomparable, posts, by, hours, hourSpan, fmt },
    ...{ accountFollowers, postCounts },
    accountSums: sums.accounts,
    takenAt: newest(accounts),
    lines: linesOf(range, points, sums.buckets, levels),
    notes: metricNotes(deps.platforms, accounts, refused, fmt),
  }
}

const instantsOf = (range: { from: string; to: string }, zone: string): Instants => ({
  from: startOfDay(range.from, zone),
  to: startOfDay(new Date(Date.parse(range.to) + dayMs).toISOString().slice(0, 10), zone),
})

export const hoursIn = (insights: Insights) => hoursOf(insights.hours, insights.workspace.zone)

const spanOfHours = (deps: WebDeps, workspace: Workspace, range: Range): Instants => {
  const { from, to } = instantsOf(range, workspace.zone)
  return {
    from: new Date(clamp(from.getTime(), to.getTime() - hoursDays.most * dayMs, to.getTime() - hoursDays.least * dayMs)),
    to: new Date(Math.min(to.getTime(), deps.now() - ripeDays * dayMs)),
  }
}

const linesOf = (range: Range, points: Points, sums: DaySums['buckets'], levels: FollowerLevel[]): Insights['lines'] => {
  const lines = postMetrics.map((metric): [PostMetric, Line] => [metric, lineOf(metric, points, sums)])
  return { ...(Object.fromEntries(lines) as Record<PostMetric, Line>), followers: followersLine(range, points, levels) }
}

const whyIncomparable = (range: Range, firstDay: string | null, fmt: Formats): string | null => {
  if (!range.before) return 'Numbers are kept for 24 months, so there is nothing before to compare with.'
  if (firstDay === null || firstDay > range.before.from) {
    return firstDay === null
      ? 'There is nothing to compare with yet.'
      : `There is nothing before to compare with: numbers begin on ${fmt.date(new Date(firstDay))}.`
  }
  return null
}

const clamp = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value))

const least = (days: string[]): string | null => days.sort()[0] ?? null

const newest = (accounts: MeasuredAccount[]): Date | null => {
  const times = accounts.flatMap((one) => one.takenAt?.getTime() ?? [])
  return times.length > 0 ? new Date(Math.max(...times)) : null
}
