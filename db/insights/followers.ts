import type { Db } from '../postgres/connect.ts'
import { type DaySpan, type InsightScope, ofChannels } from './insights.ts'

export type FollowerLevel = {
  day: string
  channelId: string | null
  followers: number | null
  accounts: number
}

/**
 * The followers of all accounts at the end of each day, and how many accounts they include. A level
 * holds until the next one, or until the account was disconnected. Looks for earlier levels only on
 * days on which an account was not read.
 */
export const listFollowers = (
  sql: Db,
  scope: InsightScope,
  ends: string[],
): Promise<FollowerLevel[]> =>
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
export const listFollowerEnds = (
  sql: Db,
  scope: InsightScope,
  days: DaySpan,
): Promise<FollowerEnds[]> => sql<FollowerEnds[]>`
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
