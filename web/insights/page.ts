import { HTTPException } from 'hono/http-exception'
import { countElsewhere, type ElsewhereCount } from '../../db/insights/elsewhere-posts.ts'
import {
  type FollowerEnds,
  type FollowerLevel,
  listFollowerEnds,
  listFollowers,
} from '../../db/insights/followers.ts'
import {
  type AccountSums,
  type InsightScope,
  listAllRetiredNames,
  listLateDays,
  type PlatformViews,
  sumAccounts,
  sumAccountsIn,
  sumPlatformViews,
  sumPoints,
} from '../../db/insights/insights.ts'
import { withLabelDays } from '../../db/insights/label-days.ts'
import { sumAverages, sumOwnAccounts, sumOwnPoints } from '../../db/insights/own-days.ts'
import {
  countPosts,
  type Engagement,
  type Instants,
  listTimedPosts,
  type MeasuredPost,
  type PostCount,
  type Ranking,
  rankPosts,
  sumEngagement,
  type TimedPost,
} from '../../db/insights/post-numbers.ts'
import { read, together } from '../../db/postgres/json-rows.ts'
import { listLabels } from '../../db/posts/labels/labels.ts'
import { postMetrics } from '../../platforms/measurer.ts'
import { summedNames } from '../../platforms/own-metrics.ts'
import type { WebDeps, Workspace } from '../http/env.ts'
import { type Formats, formats } from '../time/formats.ts'
import { dateOf } from '../time/wall-time.ts'
import { firstDayOf, loadAccounts, takenAtOf } from './accounts.ts'
import { type Filters, filtersOf } from './filters.ts'
import { type CommonLines, eveOf, type Line, linesOf, pointsOf } from './lines.ts'
import { type MetricNotes, metricNotes } from './metrics.ts'
import { averageNames, type OwnNumbers, ownLinesOf, ownMetricsIn } from './own-lines.ts'
import {
  instantsOf,
  type Range,
  type RangeAsked,
  readInsightRange,
  spanOfHours,
  whyIncomparable,
} from './range.ts'
import { sayTooLong } from './shown/too-long.ts'
import {
  comingsOf,
  type FollowerChange,
  followersOf,
  goneOn,
  idsApart,
  type LabeledAccount,
  type Standing,
  standingOf,
} from './standing.ts'

export type Query = {
  range?: string | undefined
  from?: string | undefined
  to?: string | undefined
  by?: string | undefined
  metric?: string | undefined
  /** `here`: only posts made with CrateSocial. */
  made?: string | undefined
  platform?: string | undefined
  /** The name of a kind of post. */
  format?: string | undefined
  /** The id of a label. */
  label?: string | undefined
}

/** The data behind a page, report or table: one workspace or one account over a range of days. */
export type Insights = {
  workspace: Workspace
  scope: InsightScope
  filters: Filters
  /** As asked. With a label, only posts made here are in scope, because others have none. */
  made: InsightScope['made']
  channel: LabeledAccount | null
  /** The accounts in scope. */
  accounts: LabeledAccount[]
  /** Those in the table of accounts. Only they have sums and counts of posts. */
  shown: LabeledAccount[]
  asked: RangeAsked
  range: Range
  firstDay: string | null
  takenAt: Date | null
  /** Why there is no comparison. Null if there is one. */
  incomparable: string | null
  lines: CommonLines
  own: OwnNumbers
  /** The line of the large chart. */
  line: Line
  standing: Standing
  followers: FollowerChange
  followerEnds: FollowerEnds[]
  /**
   * Sums in the period before, for accounts that joined or left. They are excluded from the
   * comparison.
   */
  apartBefore: AccountSums[]
  /** Of shown accounts, and of those that joined or left. */
  accountSums: AccountSums[]
  /** Of all accounts. */
  platformViews: PlatformViews[]
  /**
   * For each account: its followers at the end of the last day, and at the end of the day before
   * the first.
   */
  accountFollowers: FollowerLevel[]
  /** The number of published posts by account. */
  postCounts: Map<string, PostCount>
  /** The engagement of the posts published in the range. */
  engagement: Engagement
  notes: MetricNotes
  posts: MeasuredPost[]
  /** Whether there are posts that were not made here, whatever the scope. */
  elsewhere: ElsewhereCount
  /** The name of the number that posts are ranked by. */
  by: string
  /**
   * For formats and best hours, which are computed only when they are shown. Contains the newest
   * posts within `hourSpan`.
   */
  timedPosts: TimedPost[]
  hourSpan: Instants
  /** The range as instants. */
  instants: Instants
  fmt: Formats
}

/** How much of the lists is loaded. */
export type ListSizes = { posts: number; accounts: number }
/** Limits that no address has: only these accounts, and only posts with this label. */
export type Only = { channelIds: string[] | null; labelId: string | null }
/** Throws a 404 if the workspace has no such account. */
export const loadInsights = async (
  deps: WebDeps,
  workspace: Workspace,
  channelId: string | null,
  query: Query,
  sizes: ListSizes,
  only: Only = { channelIds: null, labelId: null },
): Promise<Insights> => {
  const now = new Date(deps.now())
  const [measured, labels] = await Promise.all([
    loadAccounts(deps, { workspaceId: workspace.id, channelId }),
    listLabels(deps.sql, workspace.id),
  ])
  const everyAccount = measured.filter(({ id }) => !only.channelIds || only.channelIds.includes(id))
  const filters = filtersOf(
    deps.platforms,
    { accounts: everyAccount, labels },
    channelId === null ? query : { ...query, platform: undefined },
  )
  const labelId = only.labelId ?? filters.label?.name ?? null
  const made = query.made === 'here' ? 'here' : 'all'
  const accounts = everyAccount.filter(
    (one) => !filters.platform || one.platform === filters.platform.name,
  )
  const channel = channelId === null ? null : (accounts[0] ?? null)
  if (channelId !== null && !channel) throw new HTTPException(404)
  const fmt = formats(workspace, deps.now())
  const firstDay = firstDayOf(accounts)
  const asked = readInsightRange(query, dateOf(now, workspace.zone), firstDay)
  const { range } = asked
  const scope: InsightScope = {
    workspaceId: workspace.id,
    channelIds:
      channelId !== null || filters.platform || only.channelIds
        ? accounts.map(({ id }) => id)
        : null,
    made: labelId ? 'here' : made,
    kind: filters.kind?.name ?? null,
    labelId,
  }
  const incomparable = whyIncomparable(range, firstDay, fmt)
  const compares = incomparable === null
  const points = pointsOf(range, compares)
  const hourSpan = spanOfHours(range, workspace.zone)
  const instants = instantsOf(range, workspace.zone)
  const shown = accounts.slice(0, sizes.accounts)
  const facts = { accounts, range, zone: workspace.zone, compares, made: scope.made }
  const apart = idsApart(comingsOf(facts))
  const summed = [...new Set([...shown.map(({ id }) => id), ...apart])]
  const compared = { from: (compares && range.before?.from) || range.from, to: range.to }
  const { sql } = deps
  const own = ownMetricsIn(deps.platforms, accounts, scope.kind)
  const ownRanking = own.find((one) => one.name === query.by)
  const by: Ranking = ownRanking
    ? { own: ownRanking.name }
    : ([...postMetrics, 'viewsAtWeek' as const].find((one) => one === query.by) ?? 'views')
  const spanned = { days: range, before: range.before, size: range.size }
  const whole = instantsOf({ from: compared.from, to: range.to }, workspace.zone)
  const shownIds = shown.map(({ id }) => id)
  const [lists, timedPosts] = await Promise.all([
    together(
      sql,
      {
        buckets: read(sumPoints(sql, scope, spanned), { takenAt: true }),
        ownSums: read(sumOwnPoints(sql, scope, spanned), {}),
        ownShown: read(sumOwnAccounts(sql, scope, channel ? [] : shownIds, range), {}),
        ownApart: read(sumOwnAccounts(sql, scope, apart, range), {}),
        ownApartBefore: read(sumOwnAccounts(sql, scope, apart, range.before ?? range), {}),
        averages: read(
          sumAverages(sql, scope, spanned, {
            ...{ span: whole, zone: workspace.zone, names: averageNames(own), apart },
          }),
          {},
        ),
        accountSums: read(sumAccounts(sql, scope, range, summed), {}),
        platformViews: read(sumPlatformViews(sql, scope, range), {}),
        apartBefore: read(
          sumAccountsIn(sql, scope, compares && !channel ? apart : [], range.before ?? range),
          {},
        ),
        levels: read(
          listFollowers(sql, scope, [...points.buckets.map((one) => one.to), eveOf(range.from)]),
          {},
        ),
        followerEnds: read(listFollowerEnds(sql, scope, range), {}),
        late: read(listLateDays(sql, scope, compared), {}),
        counts: read(countPosts(sql, scope, instants, shownIds), {}),
        posts: read(rankPosts(sql, scope, instants, { by, limit: sizes.posts }), {
          ...{ publishedAt: true, takenAt: true, absentAt: true },
        }),
        retired: read(listAllRetiredNames(sql), { refusedAt: true }),
        engagement: read(sumEngagement(sql, scope, instants), {}),
        elsewhere: read(countElsewhere(sql, scope), {}),
      },
      withLabelDays(sql, scope, {
        days: { ...range, from: (range.before ?? range).from },
        summed: summedNames(own),
      }),
    ),
    listTimedPosts(sql, scope, hourSpan, workspace.zone),
  ]).catch(sayTooLong(scope, only.labelId !== null))
  const { buckets, accountSums, levels, followerEnds, late, posts, retired, averages } = lists
  const lines = linesOf(range, points, buckets, levels)
  const ownLines = ownLinesOf(own, points, lists.ownSums, averages)
  const line = [...Object.values(lines), ...ownLines].find((one) => one.metric === query.metric)
  const standing = standingOf({ ...facts, late })
  const gone = channel
    ? []
    : accounts.filter((one) => (goneOn(one, workspace.zone) ?? '9999') <= range.to)
  return {
    ...{ workspace, scope, filters, channel, accounts, shown, asked, range, firstDay },
    ...{ incomparable, posts, timedPosts, hourSpan, instants, fmt },
    by: typeof by === 'string' ? by : by.own,
    ...{ followerEnds, standing, made, accountSums },
    apartBefore: lists.apartBefore,
    platformViews: lists.platformViews,
    postCounts: new Map(lists.counts.map((one) => [one.channelId, one])),
    engagement: lists.engagement[0]!,
    elsewhere: lists.elsewhere[0]!,
    followers: followersOf(followerEnds, new Set(gone.map((one) => one.id))),
    accountFollowers: followerEnds.flatMap((one) => [
      { channelId: one.channelId, day: range.to, followers: one.last, accounts: 1 },
      { channelId: one.channelId, day: eveOf(range.from), followers: one.before, accounts: 1 },
    ]),
    takenAt: takenAtOf(accounts),
    lines,
    line: line ?? lines.views,
    own: {
      ...{ metrics: own, lines: ownLines, averages },
      apart: { now: lists.ownApart, before: lists.ownApartBefore },
      shown: lists.ownShown,
    },
    notes: metricNotes(
      deps.platforms,
      { accounts, retired, own, kind: scope.kind ?? undefined },
      fmt,
    ),
  }
}
