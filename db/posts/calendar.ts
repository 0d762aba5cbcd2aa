import type { Db } from '../postgres/connect.ts'
import type { TargetState } from './target-states.ts'

/** A post as shown in the calendar and on Today. */
export type CalendarPost = {
  id: string
  version: number
  state: 'draft' | 'scheduled'
  /** The beginning of its text. */
  text: string
  dueAt: Date | null
  targets: CalendarTarget[]
  /** The platforms of a draft's chosen accounts. Empty once the post has targets. */
  chosenPlatforms: string[]
}

type CalendarTarget = {
  platform: string
  state: TargetState
  channelName: string
  channelState: 'connected' | 'reconnect' | 'disconnected'
  /** ISO time */
  publishedAt: string | null
}

/** A day in the workspace's zone: its first instant, and the first instant after it. */
export type DayBounds = { date: string; from: Date; to: Date }

/**
 * `date`: the day it is listed under. `onDay`: how many posts that day has. `skipped`: how many of
 * them come before the first listed one.
 */
export type DatedPost = CalendarPost & { date: string; onDay: number; skipped: number }

export type CalendarSpan = {
  workspaceId: string
  days: DayBounds[]
  /** The maximum number of posts per day, in order of time. */
  perDay: number
  /**
   * Lists whole days until they have this many posts, but at least one day. Undefined: all days.
   */
  room?: number
  /** How many posts of the first day to skip, because the previous page showed them. */
  skip?: number
  /**
   * If the first day has more posts than fit, posts before this time are left out in favor of later
   * ones.
   */
  leaveOutBefore?: Date
  /** Only posts for this account. */
  channelId?: string | null
}

/**
 * The posts of these days with their targets, in order of time. Reads only the posts that it
 * returns, and counts the others in the index.
 */
export const listCalendar = (sql: Db, span: CalendarSpan): Promise<DatedPost[]> => {
  const { workspaceId, days, perDay, room = null, skip = 0, leaveOutBefore = null } = span
  const mine = sql`workspace_id = ${workspaceId} and due_at >= d.from_at and due_at < d.to_at`
  const posts = span.channelId ? sql`of_channel as posts` : sql`posts`
  return sql<DatedPost[]>`
    with days as (
      select * from unnest(${days.map(({ date }) => date)}::text[], ${instants(days, 'from')}::timestamptz[],
        ${instants(days, 'to')}::timestamptz[]) with ordinality as d (date, from_at, to_at, nth)),
    ${span.channelId ? postsOfChannel(sql, workspaceId, span.channelId) : sql``}
    counted as materialized (
      select d.*, (select count(*)::int from ${posts} where ${mine}) as on_day,
        case when d.nth > 1 then 0 when ${leaveOutBefore}::timestamptz is null then ${skip}::int
          else (select count(*)::int from ${posts} where ${mine} and due_at < ${leaveOutBefore}) end as to_skip
      from days d),
    fitted as (
      select *, case when ${leaveOutBefore}::timestamptz is null then least(to_skip, on_day)
        else least(to_skip, greatest(on_day - ${perDay}::int, 0)) end as skipped from counted),
    placed as (
      select *, sum(least(on_day - skipped, ${perDay}::int)) over earlier as before
      from fitted window earlier as (order by nth rows between unbounded preceding and 1 preceding)),
    listed as (
      select d.date, d.on_day, d.skipped, p.* from placed d cross join lateral (
        select id, version, state, left(text, 200) as text, due_at, choices from ${posts} where ${mine}
        order by due_at, id limit ${perDay} offset d.skipped) p
      where d.on_day > 0 and (${room}::int is null or coalesce(d.before, 0) < ${room}::int))
    ${withTargets(sql, workspaceId, sql`listed.date, listed.on_day, listed.skipped,`)} order by due_at, id`
}

/** The first dates that have a post, at most `limit`. */
export const listDatesWithPosts = async (
  sql: Db,
  span: { workspaceId: string; days: DayBounds[]; limit: number },
): Promise<string[]> => {
  const rows = await sql<{ date: string }[]>`
    select d.date from unnest(${span.days.map(({ date }) => date)}::text[], ${instants(span.days, 'from')}::timestamptz[],
      ${instants(span.days, 'to')}::timestamptz[]) with ordinality as d (date, from_at, to_at, nth)
    where exists (select from posts where workspace_id = ${span.workspaceId} and due_at >= d.from_at and due_at < d.to_at)
    order by d.nth limit ${span.limit}`
  return rows.map((row) => row.date)
}

/** Drafts without a time, most recently changed first. */
export const listUntimedDrafts = (sql: Db, workspaceId: string, limit: number): Promise<CalendarPost[]> =>
  sql<CalendarPost[]>`
    with listed as (
      select id, version, state, left(text, 200) as text, due_at, choices, updated_at from posts
      where workspace_id = ${workspaceId} and state = 'draft' and due_at is null
      order by updated_at desc limit ${limit})
    ${withTargets(sql, workspaceId, sql`listed.updated_at,`)} order by updated_at desc`

/**
 * The posts of one account on these days, each at its time there: scheduled ones by their target,
 * drafts by their chosen accounts.
 */
const postsOfChannel = (sql: Db, workspaceId: string, channelId: string) => sql`
  bounds as (select min(from_at) as from_at, max(to_at) as to_at from days),
  of_channel as materialized (
    select p.id, p.version, p.workspace_id, p.state, p.text, p.choices, t.due_at from bounds b
      join targets t on t.channel_id = ${channelId} and t.due_at >= b.from_at and t.due_at < b.to_at
      join posts p on p.id = t.post_id and p.workspace_id = ${workspaceId} and p.state = 'scheduled'
    union all
    select p.id, p.version, p.workspace_id, p.state, p.text, p.choices, p.due_at from bounds b
      join posts p on p.workspace_id = ${workspaceId} and p.state = 'draft' and p.choices ? ${channelId}
        and p.due_at >= b.from_at and p.due_at < b.to_at),`

/**
 * Reads the workspace's accounts once for all posts. Uses a draft's choices only if there are no
 * targets.
 */
const withTargets = (sql: Db, workspaceId: string, more = sql``) => sql`
  , accounts as materialized (select id, platform, name, state from channels where workspace_id = ${workspaceId}),
  sent as (
    select t.post_id, jsonb_agg(jsonb_build_object('platform', t.platform, 'state', t.state, 'channelName', a.name,
      'channelState', a.state, 'publishedAt', t.published_at) order by a.platform, a.name) as targets
    from targets t join accounts a on a.id = t.channel_id where t.post_id in (select id from listed) group by t.post_id)
  select listed.id, listed.version, listed.state, listed.text, listed.due_at, ${more} coalesce(sent.targets, '[]') as targets, case when sent.targets is null then array(
      select distinct a.platform from jsonb_object_keys(listed.choices) chosen join accounts a on a.id::text = chosen order by a.platform)
    else '{}' end as chosen_platforms
  from listed left join sent on sent.post_id = listed.id`

const instants = (days: DayBounds[], end: 'from' | 'to'): string[] => days.map((day) => day[end].toISOString())
