import type { PostMetric } from '../../platforms/measurer.ts'
import type { EarlierZone } from '../people/workspaces.ts'
import type { Db } from '../postgres/connect.ts'
import type { MeasuredPart } from './measured-channels.ts'
import { metricColumns } from './metric-columns.ts'

/** Dates in the workspace's time zone. Both ends are inclusive. */
export type DaySpan = { from: string; to: string }
/** Null means that nobody gave the number, which is not 0. */
export type Sums = Record<PostMetric, number | null>

export type MeasuredAccount = {
  id: string
  platform: string
  name: string
  handle: string
  state: 'connected' | 'reconnect' | 'disconnected'
  disconnectedAt: Date | null
  /** Its first day with numbers. Null if it has none yet. */
  firstDay: string | null
  takenAt: Date | null
  /** When its own numbers are due next. Null if none are planned. */
  nextAt: Date | null
  /**
   * For each part of measuring, when its earliest overdue reading was due, if that is more than
   * lateHours ago. Null if the part is up to date, or the account is disconnected.
   */
  overdue: Record<MeasuredPart, Date | null>
  /** Why measuring is paused, and until when. */
  problem: string | null
  restUntil: Date | null
  /** Metrics that the platform doesn't provide for this account. */
  notGiven: string[]
  /** Earlier time zones of its workspace. */
  earlierZones: EarlierZone[]
}

/**
 * Readings are daily, and an account pauses for up to six hours after a failure. A reading that is
 * overdue for longer than this has failed.
 */
const lateHours = 12

/**
 * The accounts of a workspace, or one of them, including disconnected ones with numbers, with their
 * first day.
 */
export const listMeasuredAccounts = async (
  sql: Db,
  { workspaceId, channelId }: { workspaceId: string; channelId: string | null },
  now: Date,
): Promise<MeasuredAccount[]> => {
  const parts = overdueParts(sql, now, lateHours)
  const rows = await sql<(Omit<MeasuredAccount, 'overdue'> & MeasuredAccount['overdue'])[]>`
    select c.id, c.platform, c.name, c.handle, c.state, c.disconnected_at, first.day::text as first_day, last.taken_at,
      m.next_at, m.problem, m.rest_until, coalesce(m.not_given, '{}') as not_given, w.earlier_zones,
      o.followers, o.days, o.posts, o.elsewhere
    from channels c join workspaces w on w.id = c.workspace_id left join measured_channels m on m.channel_id = c.id
      left join lateral (select ${parts.followers} as followers, ${parts.days} as days, ${parts.posts} as posts,
        ${parts.elsewhere} as elsewhere) o on c.state <> 'disconnected'
      left join lateral (select day from channel_days d where d.channel_id = c.id order by day limit 1) first on true
      left join lateral (select taken_at from channel_days d where d.channel_id = c.id order by day desc limit 1) last on true
    where c.workspace_id = ${workspaceId} ${channelId ? sql`and c.id = ${channelId}` : sql``}
      and (c.state <> 'disconnected' or first.day is not null)
    order by c.state = 'disconnected', c.platform, lower(c.name), c.id`
  return rows.map(({ followers, days, posts, elsewhere, ...account }) => ({
    ...account,
    overdue: { followers, days, posts, elsewhere },
  }))
}

/**
 * SQL: for each part of measuring account `m`, when its earliest reading was due that is overdue by
 * more than `hours`. Ignores posts without a platform id, because they are never read, and first
 * readings of posts from before the account was connected: no growth depends on their time.
 */
const overdueParts = (sql: Db, now: Date, hours: number) => {
  const since = new Date(now.getTime() - hours * 3_600_000)
  const due = (column: string) => sql`case when m.${sql(column)} < ${since} then m.${sql(column)} end`
  return {
    followers: due('next_at'),
    days: due('days_at'),
    posts: sql`(
      select p.next_at from measured_targets p join targets t on t.id = p.target_id
      where p.channel_id = m.channel_id and p.next_at < ${since} and t.platform_post_id is not null
      order by p.next_at limit 1)`,
    elsewhere: sql`least(${due('list_at')}, (
      select e.next_at from elsewhere_posts e
      where e.channel_id = m.channel_id and e.next_at < ${since} and (e.taken_at is not null or not e.predates)
      order by e.next_at limit 1))`,
  }
}

/** SQL: when the earliest reading of account `m` was due that is overdue, of any part. */
export const overdueAt = (sql: Db, now: Date, hours: number) => {
  const { followers, days, posts, elsewhere } = overdueParts(sql, now, hours)
  return sql`least(${followers}, ${days}, ${posts}, ${elsewhere})`
}

/**
 * A workspace or some of its accounts, with all known posts or only those made with CrateSocial.
 * `kind`: only posts of this format. Followers are those of the accounts, whatever the format.
 */
export type InsightScope = { workspaceId: string; channelIds: string[] | null; made: 'all' | 'here'; kind: string | null }
export type BucketSums = Sums & { isBefore: boolean; back: number; takenAt: Date }
export type AccountSums = Sums & { channelId: string }

/**
 * The growth of posts by point of a line. `back` counts points from the end of their period.
 * `before` is the period right before `days`.
 */
export const sumPoints = (
  sql: Db,
  scope: InsightScope,
  { days, before, size }: { days: DaySpan; before: DaySpan | null; size: number },
): Promise<BucketSums[]> => sql<BucketSums[]>`
  select day < ${days.from}::date as is_before,
    (case when day < ${days.from}::date then ${days.from}::date - 1 else ${days.to}::date end - day) / ${size}::int as back,
    ${sums(sql, scope)}, max(taken_at) as taken_at
  from ${scope.kind !== null || scope.channelIds ? daysOf(sql, scope) : sql`workspace_days`}
  where workspace_id = ${scope.workspaceId} and day between ${before?.from ?? days.from}::date and ${days.to}::date ${ofChannels(sql, scope)} ${ofKind(sql, scope)}
  group by 1, 2`

/**
 * The growth of posts by account. `ids`: only these accounts. Uses the stored sums of whole months,
 * and single days at both ends. Formats have no sums of months.
 */
export const sumAccounts = (sql: Db, scope: InsightScope, days: DaySpan, ids?: string[]): Promise<AccountSums[]> => {
  const some = ids ? sql`and channel_id = any(${ids}::uuid[])` : sql``
  const own = sql`workspace_id = ${scope.workspaceId} ${ofChannels(sql, scope)} ${some}`
  if (scope.kind !== null)
    return sql<AccountSums[]>`
      select channel_id, ${sums(sql, scope)} from format_days
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

/** The same sums, only for some accounts. */
export const sumAccountsIn = async (
  sql: Db,
  scope: InsightScope,
  channelIds: string[],
  days: DaySpan,
): Promise<AccountSums[]> => {
  if (channelIds.length === 0) return []
  return await sql<AccountSums[]>`
    select channel_id, ${sums(sql, scope)} from ${daysOf(sql, scope)}
    where workspace_id = ${scope.workspaceId} and channel_id = any(${channelIds}::uuid[]) ${ofKind(sql, scope)}
      and day between ${days.from}::date and ${days.to}::date
    group by 1`
}

/** A day that contains the growth of several days, because posts were read late. */
export type LateDay = {
  channelId: string
  day: string
  grownSince: string
  /** True if no post of the account was read in between. False if only some posts were late. */
  isSilent: boolean
}

const mostLateDays = 500

/** Late days whose growth overlaps the days, newest first. */
export const listLateDays = (sql: Db, scope: InsightScope, days: DaySpan): Promise<LateDay[]> => {
  const since = scope.made === 'here' ? sql`d.grown_since` : sql`least(d.grown_since, d.other_grown_since)`
  const others =
    scope.made === 'here'
      ? sql``
      : sql`, e.other_views, e.other_reach, e.other_likes, e.other_comments, e.other_shares, e.other_saves`
  return sql<LateDay[]>`
    select d.channel_id, d.day::text, s.grown_since::text, not exists (
      select from ${daysOf(sql, scope)} e
      where e.channel_id = d.channel_id ${ofKind(sql, scope)} and e.day > s.grown_since and e.day < d.day
        and coalesce(e.views, e.reach, e.likes, e.comments, e.shares, e.saves ${others}) is not null) as is_silent
    from ${daysOf(sql, scope)} d cross join lateral (select ${since} as grown_since) s
    where d.workspace_id = ${scope.workspaceId} ${ofChannels(sql, scope)} ${ofKind(sql, scope)}
      and (d.grown_since is not null or d.other_grown_since is not null) and s.grown_since < d.day - 1
      and d.day >= ${days.from}::date and s.grown_since < ${days.to}::date
    order by d.day desc, d.channel_id limit ${mostLateDays}`
}

export type FollowerLevel = { day: string; channelId: string | null; followers: number | null; accounts: number }

/**
 * The followers of all accounts at the end of each day, and how many accounts they include. A level
 * holds until the next one, or until the account was disconnected. Looks for earlier levels only on
 * days on which an account was not read.
 */
export const listFollowers = (sql: Db, scope: InsightScope, ends: string[]): Promise<FollowerLevel[]> =>
  sql<FollowerLevel[]>`
    with accounts as materialized (
      select c.id, case when c.state = 'disconnected' then (c.disconnected_at at time zone w.zone)::date
        else 'infinity' end as gone
      from channels c join workspaces w on w.id = c.workspace_id
      where c.workspace_id = ${scope.workspaceId} ${scope.channelIds ? sql`and c.id = any(${scope.channelIds}::uuid[])` : sql``}),
    read as (
      select d.day, sum(d.followers) as followers, count(*) as accounts
      from channel_days d join accounts a on a.id = d.channel_id and a.gone > d.day
      where d.workspace_id = ${scope.workspaceId} ${ofChannels(sql, scope)} and d.day = any(${ends}::date[])
        and d.followers is not null
      group by d.day)
    select e.day::text, null as channel_id, case when read.followers is null then o.followers
        else read.followers + coalesce(o.followers, 0) end::float8 as followers,
      (coalesce(read.accounts, 0) + o.accounts)::int as accounts
    from unnest(${ends}::date[]) as e(day) left join read on read.day = e.day cross join lateral (
      select sum(l.followers) as followers, count(*) as accounts from accounts a cross join lateral (
        select day, followers from channel_days d
        where d.channel_id = a.id and d.day <= e.day and d.followers is not null order by d.day desc limit 1) l
      where coalesce(read.accounts, 0) < (select count(*) from accounts where gone > e.day)
        and a.gone > e.day and l.day < e.day) o
    order by e.day`

/** Followers of an account at the ends of some days. Each is the last known level, with its day. */
export type FollowerEnds = {
  channelId: string
  /** At the end of the day before. Null if no level was known then. */
  before: number | null
  beforeOn: string | null
  /** The first level within the days. Looked for only if there is none before. */
  first: number | null
  firstOn: string | null
  /** At the end of the days. */
  last: number | null
  lastOn: string | null
}

/** Most accounts are read every day. Only for the others, earlier and later days are searched. */
export const listFollowerEnds = (sql: Db, scope: InsightScope, days: DaySpan): Promise<FollowerEnds[]> => sql<FollowerEnds[]>`
  select c.id as channel_id, coalesce(eve.followers, b.followers)::float8 as before,
    (case when eve.followers is null then b.day else eve.day end)::text as before_on,
    f.followers::float8 as first, f.day::text as first_on, coalesce(end_day.followers, l.followers)::float8 as last,
    (case when end_day.followers is null then l.day else end_day.day end)::text as last_on
  from channels c
    left join channel_days eve on eve.channel_id = c.id and eve.workspace_id = ${scope.workspaceId}
      and eve.day = ${days.from}::date - 1
    left join channel_days end_day on end_day.channel_id = c.id and end_day.workspace_id = ${scope.workspaceId}
      and end_day.day = ${days.to}::date
    left join lateral (select day, followers from channel_days d
      where eve.followers is null and d.channel_id = c.id and d.day < ${days.from}::date and d.followers is not null
      order by day desc limit 1) b on true
    left join lateral (select day, followers from channel_days d
      where eve.followers is null and b.followers is null and d.channel_id = c.id
        and d.day between ${days.from}::date and ${days.to}::date and d.followers is not null
      order by day limit 1) f on true
    left join lateral (select day, followers from channel_days d
      where end_day.followers is null and d.channel_id = c.id and d.day <= ${days.to}::date and d.followers is not null
      order by day desc limit 1) l on true
  where c.workspace_id = ${scope.workspaceId} ${scope.channelIds ? sql`and c.id = any(${scope.channelIds}::uuid[])` : sql``}`

/** SQL: sums of growth. A metric that only some posts have is the sum of those that have it. */
const sums = (sql: Db, { made }: InsightScope) =>
  sql.unsafe(
    metricColumns
      .map((name) => (made === 'here' ? name : `coalesce(${name} + other_${name}, ${name}, other_${name})`))
      .map((grown, index) => `sum(${grown})::float8 as ${metricColumns[index]}`)
      .join(', '),
  )

const gains = (sql: Db) => sql.unsafe(metricColumns.flatMap((name) => [name, `other_${name}`]).join(', '))

/** SQL: the table with the growth of each account by day. */
const daysOf = (sql: Db, { kind }: InsightScope) => (kind === null ? sql`channel_days` : sql`format_days`)

/** SQL: only these accounts. One account is compared with `=`, which uses its index best. */
export const ofChannels = (sql: Db, { channelIds }: InsightScope) => {
  if (!channelIds) return sql``
  return channelIds.length === 1 ? sql`and channel_id = ${channelIds[0]!}` : sql`and channel_id = any(${channelIds}::uuid[])`
}

/** SQL: only posts of this format. */
export const ofKind = (sql: Db, { kind }: InsightScope) => (kind === null ? sql`` : sql`and kind = ${kind}`)

export type AccountDayRow = { day: string; views: number | null; reach: number | null; takenAt: Date }

/** The platform's own numbers for the whole account, by the platform's days. */
export const listAccountDays = (sql: Db, workspaceId: string, channelId: string, days: DaySpan): Promise<AccountDayRow[]> =>
  sql<AccountDayRow[]>`
    select distinct on (day) day::text, views::float8 as views, reach::float8 as reach, taken_at from account_snapshots
    where workspace_id = ${workspaceId} and channel_id = ${channelId} and day between ${days.from}::date and ${days.to}::date
    order by day, views is null and reach is null, taken_at desc`

export type RetiredName = { platform: string; version: string; kind: string; name: string; refusedAt: Date }

/** Metric names that platforms no longer accept. */
export const listAllRetiredNames = (sql: Db): Promise<RetiredName[]> =>
  sql<RetiredName[]>`select platform, version, kind, name, refused_at from metric_names where refused_at is not null`
