import type { Db } from './connect.ts'
import type { TargetState } from './target-states.ts'

/** A post as the calendar and the list of today show it. */
export type CalendarPost = {
  id: string
  state: 'draft' | 'scheduled'
  /** The beginning of its text. */
  text: string
  dueAt: Date | null
  version: number
  updatedAt: Date
  firstMediaId: string | null
  targets: CalendarTarget[]
  /** Platforms of the accounts that a draft has chosen. */
  chosenPlatforms: string[]
}

export type CalendarTarget = {
  id: string
  platform: string
  kind: string
  state: TargetState
  channelName: string
  channelState: 'connected' | 'reconnect' | 'disconnected'
}

/** `date`: its day in the zone; `onDay`: how many posts that day has, shown or not. */
export type DatedPost = CalendarPost & { date: string; onDay: number }

/**
 * The first posts of each day of the span, with their targets, in order of time: at most `perDay`, however many a day has.
 * `channelId` narrows to one account.
 */
export const listCalendar = (
  sql: Db,
  span: { workspaceId: string; from: Date; to: Date; zone: string; perDay: number; channelId?: string | null },
): Promise<DatedPost[]> =>
  sql<DatedPost[]>`
    with dated as (
      select id, (due_at at time zone ${span.zone})::date::text as date from posts
      where workspace_id = ${span.workspaceId} and due_at >= ${span.from} and due_at < ${span.to}
        ${span.channelId ? sql`and (choices ? ${span.channelId} or exists (select from targets where post_id = posts.id and channel_id = ${span.channelId}))` : sql``}),
    counted as (
      select posts.*, date, (count(*) over (partition by date))::int as on_day,
        row_number() over (partition by date order by due_at, posts.id) as nth
      from dated join posts on posts.id = dated.id)
    select ${columns(sql)}, date, on_day from counted as posts where nth <= ${span.perDay} order by due_at, id`

/** Drafts that have no time yet, the last touched first. */
export const listUntimedDrafts = (sql: Db, workspaceId: string, limit: number): Promise<CalendarPost[]> =>
  sql<CalendarPost[]>`
    select ${columns(sql)} from posts
    where workspace_id = ${workspaceId} and state = 'draft' and due_at is null
    order by updated_at desc limit ${limit}`

const columns = (sql: Db) => sql`
  id, state, left(text, 200) as text, due_at, version, updated_at,
  (select media_id from post_media where post_id = posts.id order by position limit 1) as first_media_id,
  coalesce((
    select jsonb_agg(jsonb_build_object('id', targets.id, 'platform', targets.platform, 'kind', targets.kind, 'state', targets.state,
      'channelName', channels.name, 'channelState', channels.state) order by channels.platform, channels.name)
    from targets join channels on channels.id = channel_id where post_id = posts.id), '[]') as targets,
  array(select distinct platform from channels
    where channels.workspace_id = posts.workspace_id and choices ? channels.id::text order by platform) as chosen_platforms`
