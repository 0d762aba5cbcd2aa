import type { Db } from '../../postgres/connect.ts'
import { asJson, fromJson } from '../../postgres/json-rows.ts'
import type { ReviewState } from '../reviews/states.ts'
import type { TargetState } from '../target-states.ts'
import { type CalendarFilter, isFiltered, matchingPosts } from './filter.ts'
import { type CalendarPicture, pictureOf } from './pictures.ts'

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
  /** The first file that still has a thumbnail. */
  picture: CalendarPicture | null
  /** Of all its published targets together. Null if no platform has reported any. */
  views: number | null
  /** Null if nobody asked for approval. */
  review: ReviewState | null
  /** Whether it is an occurrence of a series. */
  repeats: boolean
  /** Only of a draft without a time: who made it, and when it was last changed. */
  author: string | null
  updatedAt: Date | null
}

type CalendarTarget = {
  platform: string
  state: TargetState
  /**
   * The rest: only if its account isn't connected, the platform's data was deleted, or it was a draft
   * in the platform's inbox, or was deleted there.
   */
  channelName?: string
  channelState?: 'connected' | 'reconnect' | 'disconnected'
  /** ISO time */
  publishedAt?: string | null
  /** ISO time */
  inboxUntil?: string | null
  deletionState?: string | null
  /** ISO time. Only in the grid of a profile. */
  dueAt?: string
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
  /**
   * Lists only the first `near` days, and the next `later` days that have posts. Undefined: all
   * days.
   */
  only?: { near: number; later: number }
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
  /** Only posts that match. Drafts without a time are always listed. */
  filter?: CalendarFilter
  /** The maximum number of drafts without a time, most recently changed first. */
  drafts: number
}

/** `date` is null for a draft without a time. */
type ListedPost = Omit<DatedPost, 'date'> & { date: string | null }

export type CalendarPosts = { posts: DatedPost[]; drafts: CalendarPost[] }

/**
 * The posts of these days with their targets, in order of time, and drafts without a time, in one
 * statement. Reads only the posts that it returns, and counts the others in the index.
 */
export const listCalendar = async (sql: Db, span: CalendarSpan): Promise<CalendarPosts> => {
  const { workspaceId, perDay, room = null, skip = 0, leaveOutBefore = null } = span
  const mine = mineOn(sql, workspaceId)
  const filter = span.filter && isFiltered(span.filter) ? span.filter : null
  const posts = filter ? sql`matching as posts` : sql`posts`
  const listed = sql`(
    with ${daysOf(sql, span)},
    ${filter ? matchingPosts(sql, workspaceId, filter) : sql``}
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
      select d.date, d.on_day, d.skipped, p.*, null::timestamptz as updated_at, null::uuid as created_by from placed d cross join lateral (
        select id, version, state, left(text, 200) as text, due_at, choices from ${posts} where ${mine}
        order by due_at, id limit ${perDay} offset d.skipped) p
      where d.on_day > 0 and (${room}::int is null or coalesce(d.before, 0) < ${room}::int)
      union all
      (select null, 0, 0, id, version, state, left(text, 200), due_at, choices, updated_at, created_by from posts
        where workspace_id = ${workspaceId} and state = 'draft' and due_at is null
        order by updated_at desc limit ${span.drafts}))
    ${withTargets(sql, workspaceId)} order by due_at nulls last, updated_at desc, id)`
  // One JSON value is read several times faster than hundreds of rows.
  const [row] = await sql<
    { posts: Record<string, unknown>[] }[]
  >`select ${asJson(sql, listed)} as posts`
  const all = (row?.posts ?? []).map((post) => fromJson<ListedPost>(post, ['dueAt', 'updatedAt']))
  return {
    posts: all.filter((post): post is DatedPost => post.date !== null),
    drafts: all.filter((post) => post.date === null),
  }
}

const mineOn = (sql: Db, workspaceId: string) =>
  sql`workspace_id = ${workspaceId} and due_at >= d.from_at and due_at < d.to_at`

/** The days as a CTE, with their place among all days as `nth`. */
const daysOf = (sql: Db, { workspaceId, days, only }: CalendarSpan) => {
  const all = sql`
    unnest(${days.map(({ date }) => date)}::text[], ${instants(days, 'from')}::timestamptz[],
      ${instants(days, 'to')}::timestamptz[]) with ordinality as d (date, from_at, to_at, nth)`
  if (!only) return sql`days as (select * from ${all})`
  return sql`all_days as (select * from ${all}),
    days as (
      select * from all_days where nth <= ${only.near}
      union all
      (select * from all_days d where nth > ${only.near} and exists (select from posts where ${mineOn(sql, workspaceId)})
        order by nth limit ${only.later}))`
}

/**
 * Reads accounts that aren't connected once for all posts. Uses a draft's choices only if there are
 * no targets.
 */
const withTargets = (sql: Db, workspaceId: string) => sql`
  , lost as materialized (select id, name, state from channels where workspace_id = ${workspaceId} and state <> 'connected'),
  sent as (
    select t.post_id, json_agg(case when l.id is null and t.state <> 'erased' and t.inbox_until is null
          and t.deletion_state is distinct from 'deleted'
        then json_build_object('platform', t.platform, 'state', t.state)
        else json_build_object('platform', t.platform, 'state', t.state, 'channelName', l.name,
          'channelState', coalesce(l.state, 'connected'), 'publishedAt', t.published_at,
          'inboxUntil', t.inbox_until, 'deletionState', t.deletion_state)
      end order by t.platform, l.name) as targets, sum(m.views)::float8 as views
    from targets t left join lost l on l.id = t.channel_id
      left join measured_targets m on m.target_id = t.id and t.state = 'published'
    where t.workspace_id = ${workspaceId} and t.post_id in (select id from listed) group by t.post_id)
  select listed.id, listed.version, listed.state, listed.text, listed.due_at, listed.date, listed.on_day, listed.skipped,
    coalesce(sent.targets, '[]') as targets, case when sent.targets is null then array(
      select distinct a.platform from jsonb_object_keys(listed.choices) chosen
        cross join lateral (select platform from channels where id = chosen::uuid and workspace_id = ${workspaceId} limit 1) a
      order by a.platform)
    else '{}' end as chosen_platforms, sent.views, listed.updated_at, ${pictureOf(sql, workspaceId)} as picture,
    (select name from users where id = listed.created_by) as author,
    (select r.state from reviews r where r.post_id = listed.id) as review,
    exists (select from posts p where p.id = listed.id and p.series_id is not null) as repeats
  from listed left join sent on sent.post_id = listed.id`

const instants = (days: DayBounds[], end: 'from' | 'to'): string[] =>
  days.map((day) => day[end].toISOString())
