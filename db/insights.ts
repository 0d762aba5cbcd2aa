import type { PostMetric } from '../platforms/measurer.ts'
import type { Db } from './connect.ts'

/** Days are dates of the workspace's zone, the first and the last in it. */
export type DaySpan = { from: string; to: string }
/** Null: nobody gave that number, which is not 0. */
export type Sums = Record<PostMetric, number | null>

export type MeasuredAccount = {
  id: string
  platform: string
  name: string
  handle: string
  state: 'connected' | 'reconnect' | 'disconnected'
  /** Its first day with numbers; null before that. */
  firstDay: string | null
  takenAt: Date | null
  /** When its own numbers are asked next; null where nothing is planned. */
  nextAt: Date | null
  /** Why measuring rests, and until when. */
  problem: string | null
  restUntil: Date | null
}

/** The workspace's accounts, also disconnected ones that left numbers, with when these begin. */
export const listMeasuredAccounts = (sql: Db, workspaceId: string): Promise<MeasuredAccount[]> =>
  sql<MeasuredAccount[]>`
    select c.id, c.platform, c.name, c.handle, c.state, first.day::text as first_day, last.taken_at, m.next_at, m.problem, m.rest_until
    from channels c left join measured_channels m on m.channel_id = c.id
      left join lateral (select day from channel_days d where d.channel_id = c.id order by day limit 1) first on true
      left join lateral (select taken_at from channel_days d where d.channel_id = c.id order by day desc limit 1) last on true
    where c.workspace_id = ${workspaceId} and (c.state <> 'disconnected' or first.day is not null)
    order by c.state = 'disconnected', c.platform, lower(c.name), c.id`

export type Scope = { workspaceId: string; channelId: string | null }
export type BucketSums = Sums & { isBefore: boolean; back: number; takenAt: Date }
export type AccountSums = Sums & { channelId: string }
export type DaySums = { buckets: BucketSums[]; accounts: AccountSums[] }

/**
 * What the posts gained: for each point of a line, and for each account in the days. `back` counts points from the end of their period.
 * `before` are the days right before `days`.
 */
export const sumDays = async (
  sql: Db,
  scope: Scope,
  span: { days: DaySpan; before: DaySpan | null; size: number },
): Promise<DaySums> => {
  const [buckets, accounts] = await Promise.all([sumPoints(sql, scope, span), sumAccounts(sql, scope, span.days)])
  return { buckets, accounts }
}

const sumPoints = (
  sql: Db,
  scope: Scope,
  { days, before, size }: { days: DaySpan; before: DaySpan | null; size: number },
): Promise<BucketSums[]> => sql<BucketSums[]>`
  select day < ${days.from}::date as is_before,
    (case when day < ${days.from}::date then ${days.from}::date - 1 else ${days.to}::date end - day) / ${size}::int as back,
    ${sums(sql)}, max(taken_at) as taken_at
  from ${scope.channelId ? sql`channel_days` : sql`workspace_days`}
  where workspace_id = ${scope.workspaceId} and day between ${before?.from ?? days.from}::date and ${days.to}::date ${ofChannel(sql, scope)}
  group by 1, 2`

/** Whole months are added up already; at both ends of the span their days are. */
const sumAccounts = (sql: Db, scope: Scope, days: DaySpan): Promise<AccountSums[]> => sql<AccountSums[]>`
  with months as (
    select first, greatest(first, date_trunc('month', ${days.to}::date + 1)::date) as behind
    from (select date_trunc('month', ${days.from}::date + interval '1 month' - interval '1 day')::date as first) f),
  parts as (
    select channel_id, views, reach, likes, comments, shares, saves from channel_months, months
    where workspace_id = ${scope.workspaceId} ${ofChannel(sql, scope)} and month >= first and month < behind
    union all
    select channel_id, views, reach, likes, comments, shares, saves from channel_days, months
    where workspace_id = ${scope.workspaceId} ${ofChannel(sql, scope)} and day between ${days.from}::date and least(first - 1, ${days.to}::date)
    union all
    select channel_id, views, reach, likes, comments, shares, saves from channel_days, months
    where workspace_id = ${scope.workspaceId} ${ofChannel(sql, scope)} and day between behind and ${days.to}::date)
  select channel_id, ${sums(sql)} from parts group by 1`

export type FollowerLevel = { day: string; channelId: string | null; followers: number | null; accounts: number }

/** A level is known for a week after it was told; then the account no longer counts. */
const followersKnownDays = 7

/** The followers of all accounts together at the end of each day, and of how many accounts that is known. */
export const listFollowers = (sql: Db, scope: Scope, ends: string[]): Promise<FollowerLevel[]> =>
  sql<FollowerLevel[]>`
    select e.day::text, null as channel_id, sum(f.followers)::float8 as followers, count(f.followers)::int as accounts
    ${levels(sql, scope, ends)} group by e.day order by e.day`

/** The same, account by account. */
export const listFollowersOfAccounts = (sql: Db, scope: Scope, ends: string[]): Promise<FollowerLevel[]> =>
  sql<FollowerLevel[]>`
    select e.day::text, c.id as channel_id, f.followers::float8 as followers, 1 as accounts ${levels(sql, scope, ends)}
    where f.followers is not null`

/** Mostly a level was told on the very day; only where it was not, the days before are searched. */
const levels = (sql: Db, scope: Scope, ends: string[]) => sql`
  from unnest(${ends}::date[]) as e(day)
    cross join (select id from channels where workspace_id = ${scope.workspaceId} ${scope.channelId ? sql`and id = ${scope.channelId}` : sql``}) c
    left join channel_days told on told.channel_id = c.id and told.day = e.day and told.workspace_id = ${scope.workspaceId}
      and told.day = any(${ends}::date[])
    cross join lateral (select coalesce(told.followers, (select followers from channel_days d
      where d.channel_id = c.id and d.day between e.day - ${followersKnownDays}::int and e.day and d.followers is not null
      order by d.day desc limit 1)) as followers) f`

const sums = (sql: Db) => sql`
  sum(views)::float8 as views, sum(reach)::float8 as reach, sum(likes)::float8 as likes,
  sum(comments)::float8 as comments, sum(shares)::float8 as shares, sum(saves)::float8 as saves`

const ofChannel = (sql: Db, scope: Scope) => (scope.channelId ? sql`and channel_id = ${scope.channelId}` : sql``)

export type AccountDay = { day: string; views: number | null; reach: number | null; takenAt: Date }

/** What the platform says of everything on an account, on its own days. */
export const listAccountDays = (sql: Db, workspaceId: string, channelId: string, days: DaySpan): Promise<AccountDay[]> =>
  sql<AccountDay[]>`
    select distinct on (day) day::text, views::float8 as views, reach::float8 as reach, taken_at from account_snapshots
    where workspace_id = ${workspaceId} and channel_id = ${channelId} and day between ${days.from}::date and ${days.to}::date
    order by day, taken_at desc`

export type RefusedName = { platform: string; version: string; about: 'posts' | 'account'; name: string; refusedAt: Date }

/** Names of metrics that platforms no longer know. */
export const listRefusedNames = (sql: Db): Promise<RefusedName[]> =>
  sql<RefusedName[]>`select platform, version, about, name, refused_at from metric_names`
