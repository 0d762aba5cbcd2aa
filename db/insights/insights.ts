import type postgres from 'postgres'
import type { PostMetric } from '../../platforms/measurer.ts'
import type { Db } from '../postgres/connect.ts'
import { metricColumns } from './metric-columns.ts'

/** Dates in the workspace's time zone. Both ends are inclusive. */
export type DaySpan = { from: string; to: string }
/** Null means that nobody gave the number, which is not 0. */
export type Sums = Record<PostMetric, number | null>

/**
 * A workspace or some of its accounts, with all known posts or only those made with CrateSocial.
 * `kind`: only posts of this format. `labelId`: only posts with this label, which are made here.
 * Statements about days then need `withLabelDays`. Followers are those of the accounts, whatever
 * the format and label.
 */
export type InsightScope = {
  workspaceId: string
  channelIds: string[] | null
  made: 'all' | 'here'
  kind: string | null
  labelId?: string | null
}
export type BucketSums = Sums & { isBefore: boolean; back: number; takenAt: Date }
export type AccountSums = Sums & { channelId: string }
export type PlatformViews = { platform: string; views: number }

/**
 * The growth of posts by point of a line. `back` counts points from the end of their period.
 * `before` is the period right before `days`.
 */
export const sumPoints = (
  sql: Db,
  scope: InsightScope,
  points: PointsAsked,
): Promise<BucketSums[]> => sql<BucketSums[]>`
  select ${pointOf(sql, points)}, ${sums(sql, scope)}, max(taken_at) as taken_at
  from ${sumsOf(sql, scope)}
  where workspace_id = ${scope.workspaceId} and day between ${points.before?.from ?? points.days.from}::date and ${points.days.to}::date
    ${ofChannels(sql, scope)} ${ofKind(sql, scope)}
  group by 1, 2`

/** The points of a line: of `size` days each, over `days` and the period right before. */
export type PointsAsked = { days: DaySpan; before: DaySpan | null; size: number }

/** SQL: at which point a day is: whether in the period before, and how many from its end. */
export const pointOf = (sql: Db, { days, size }: PointsAsked) => sql`
  day < ${days.from}::date as is_before,
  (case when day < ${days.from}::date then ${days.from}::date - 1 else ${days.to}::date end - day) / ${size}::int as back`

/**
 * The growth of posts by account. `ids`: only these accounts. Uses the stored sums of whole months,
 * and single days at both ends. Formats and labels have no sums of months.
 */
export const sumAccounts = (
  sql: Db,
  scope: InsightScope,
  days: DaySpan,
  ids?: string[],
): postgres.PendingQuery<AccountSums[]> => {
  const some = ids ? sql`and channel_id = any(${ids}::uuid[])` : sql``
  const own = sql`workspace_id = ${scope.workspaceId} ${ofChannels(sql, scope)} ${some}`
  if (scope.kind !== null || scope.labelId)
    return sql<AccountSums[]>`
      select channel_id, ${sums(sql, scope)} from ${daysOf(sql, scope)}
      where ${own} ${ofKind(sql, scope)} and day between ${days.from}::date and ${days.to}::date group by 1`
  return sql<AccountSums[]>`
  with months as (
    select first, greatest(first, date_trunc('month', ${days.to}::date + 1)::date) as behind
    from (select date_trunc('month', ${days.from}::date + interval '1 month' - interval '1 day')::date as first) f),
  parts as (
    select channel_id, ${gains(sql)} from channel_months, months where ${own} and month >= first and month < behind
    union all
    select channel_id, ${gains(sql)} from channel_days, months
    where ${own} and day between ${days.from}::date and least(first - 1, ${days.to}::date)
    union all
    select channel_id, ${gains(sql)} from channel_days, months where ${own} and day between behind and ${days.to}::date)
  select channel_id, ${sums(sql, scope)} from parts group by 1`
}

/**
 * The views that posts gained, by platform. An account that lost views counts as 0, and one without
 * a number isn't counted.
 */
export const sumPlatformViews = (
  sql: Db,
  scope: InsightScope,
  days: DaySpan,
): Promise<PlatformViews[]> => sql<PlatformViews[]>`
  select c.platform, sum(greatest(a.views, 0))::float8 as views
  from (${sumAccounts(sql, scope, days)}) a
  join channels c on c.id = a.channel_id and c.workspace_id = ${scope.workspaceId}
  where a.views is not null group by 1`

/** The same sums, only for some accounts. */
export const sumAccountsIn = (
  sql: Db,
  scope: InsightScope,
  channelIds: string[],
  days: DaySpan,
): Promise<AccountSums[]> => sql<AccountSums[]>`
    select channel_id, ${sums(sql, scope)} from ${daysOf(sql, scope)}
    where workspace_id = ${scope.workspaceId} and channel_id = any(${channelIds}::uuid[]) ${ofKind(sql, scope)}
      and day between ${days.from}::date and ${days.to}::date
    group by 1`

/** A day that contains the growth of several days, because posts were read late. */
export type LateDay = {
  channelId: string
  day: string
  grownSince: string
  /** True if no post of the account was read in between. False if only some posts were late. */
  isSilent: boolean
}

const mostLateDays = 500

/** Late days whose growth overlaps the days, newest first. Those of posts with any label. */
export const listLateDays = (sql: Db, scope: InsightScope, days: DaySpan): Promise<LateDay[]> => {
  const since =
    scope.made === 'here' ? sql`d.grown_since` : sql`least(d.grown_since, d.other_grown_since)`
  const others =
    scope.made === 'here'
      ? sql``
      : sql`, e.other_views, e.other_reach, e.other_likes, e.other_comments, e.other_shares, e.other_saves`
  return sql<LateDay[]>`
    select d.channel_id, d.day::text, s.grown_since::text, not exists (
      select from ${storedDaysOf(sql, scope)} e
      where e.channel_id = d.channel_id ${ofKind(sql, scope)} and e.day > s.grown_since and e.day < d.day
        and coalesce(e.views, e.reach, e.likes, e.comments, e.shares, e.saves ${others}) is not null) as is_silent
    from ${storedDaysOf(sql, scope)} d cross join lateral (select ${since} as grown_since) s
    where d.workspace_id = ${scope.workspaceId} ${ofChannels(sql, scope)} ${ofKind(sql, scope)}
      and (d.grown_since is not null or d.other_grown_since is not null) and s.grown_since < d.day - 1
      and d.day >= ${days.from}::date and s.grown_since < ${days.to}::date
    order by d.day desc, d.channel_id limit ${mostLateDays}`
}

/** SQL: sums of growth. A metric that only some posts have is the sum of those that have it. */
const sums = (sql: Db, { made }: InsightScope) =>
  sql.unsafe(
    metricColumns
      .map((name) =>
        made === 'here' ? name : `coalesce(${name} + other_${name}, ${name}, other_${name})`,
      )
      .map((grown, index) => `sum(${grown})::float8 as ${metricColumns[index]}`)
      .join(', '),
  )

const gains = (sql: Db) =>
  sql.unsafe(metricColumns.flatMap((name) => [name, `other_${name}`]).join(', '))

/** SQL: the growth of each account by day. */
export const daysOf = (sql: Db, scope: InsightScope) =>
  scope.labelId ? sql`label_days` : storedDaysOf(sql, scope)

const storedDaysOf = (sql: Db, { kind }: InsightScope) =>
  kind === null ? sql`channel_days` : sql`format_days`

/** SQL: the same, or the stored sums of all accounts. */
export const sumsOf = (sql: Db, scope: InsightScope) =>
  scope.kind !== null || scope.channelIds || scope.labelId
    ? daysOf(sql, scope)
    : sql`workspace_days`

/** SQL: only these accounts. One account is compared with `=`, which uses its index best. */
export const ofChannels = (sql: Db, { channelIds }: InsightScope) => {
  if (!channelIds) return sql``
  return channelIds.length === 1
    ? sql`and channel_id = ${channelIds[0]!}`
    : sql`and channel_id = any(${channelIds}::uuid[])`
}

/** SQL: only posts of this format. */
export const ofKind = (sql: Db, { kind }: InsightScope) =>
  kind === null ? sql`` : sql`and kind = ${kind}`

export type AccountDayRow = {
  day: string
  views: number | null
  reach: number | null
  takenAt: Date
}

/** The platform's own numbers for the whole account, by the platform's days. */
export const listAccountDays = (
  sql: Db,
  workspaceId: string,
  channelId: string,
  days: DaySpan,
): Promise<AccountDayRow[]> =>
  sql<AccountDayRow[]>`
    select distinct on (day) day::text, views::float8 as views, reach::float8 as reach, taken_at from account_snapshots
    where workspace_id = ${workspaceId} and channel_id = ${channelId} and day between ${days.from}::date and ${days.to}::date
    order by day, views is null and reach is null, taken_at desc`

export type RetiredName = {
  platform: string
  version: string
  kind: string
  name: string
  refusedAt: Date
}

/** Metric names that platforms no longer accept. */
export const listAllRetiredNames = (sql: Db): Promise<RetiredName[]> =>
  sql<
    RetiredName[]
  >`select platform, version, kind, name, refused_at from metric_names where refused_at is not null`
