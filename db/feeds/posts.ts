import type { Db } from '../postgres/connect.ts'
import type { TargetState } from '../posts/target-states.ts'

/** A post at one of its times. Accounts with a different time are a separate entry. */
export type FeedPost = {
  postId: string
  /** The first target of this time; null for a draft. */
  targetId: string | null
  /** Whether this is the time of the post itself. */
  isMain: boolean
  version: number
  state: 'draft' | 'scheduled'
  text: string
  dueAt: Date
  updatedAt: Date
  targets: FeedTarget[]
}

type FeedTarget = {
  platform: string
  channelName: string
  channelState: string
  state: TargetState
  publishedAt: string | null
  inboxUntil: string | null
}

type Span = { workspaceId: string; authorId: string | null; from: Date; to: Date; most: number }

/**
 * The posts of a workspace or of one author between two times, latest first. A time at which all
 * targets are canceled is left out.
 */
export const listFeedPosts = (sql: Db, span: Span): Promise<FeedPost[]> => sql<FeedPost[]>`
  with timed as (
    select t.post_id, t.due_at, min(t.id::text)::uuid as target_id, max(t.state_at) as state_at, min(t.text) as text,
      json_agg(json_build_object('platform', t.platform, 'channelName', c.name, 'channelState', c.state, 'state', t.state,
        'publishedAt', t.published_at, 'inboxUntil', t.inbox_until) order by t.platform, c.name) as targets
    from channels c join targets t on t.channel_id = c.id and t.due_at >= ${span.from} and t.due_at < ${span.to}
    where c.workspace_id = ${span.workspaceId} and t.state <> 'canceled' group by t.post_id, t.due_at),
  entries as (
    select post_id, target_id, due_at, state_at, text, targets from timed
    union all
    select id, null, due_at, updated_at, text, '[]'::json from posts
    where workspace_id = ${span.workspaceId} and state = 'draft' and due_at >= ${span.from} and due_at < ${span.to})
  select p.id as post_id, e.target_id, coalesce(e.due_at = p.due_at, false) as is_main, p.version, p.state,
    coalesce(nullif(p.text, ''), e.text, '') as text, e.due_at, greatest(p.updated_at, e.state_at) as updated_at, e.targets
  from entries e join posts p on p.id = e.post_id and p.workspace_id = ${span.workspaceId}
  where p.state in ('draft', 'scheduled') and (${span.authorId}::uuid is null or p.created_by = ${span.authorId})
  order by e.due_at desc, p.id limit ${span.most}`

/** A published target. */
export type FeedStory = {
  targetId: string
  postId: string
  text: string
  platform: string
  channelName: string
  permalink: string | null
  publishedAt: Date
}

/** What a workspace published since a time, newest first. */
export const listPublished = (
  sql: Db,
  { workspaceId, since, most }: { workspaceId: string; since: Date; most: number },
): Promise<FeedStory[]> => sql<FeedStory[]>`
  select t.id as target_id, t.post_id, t.text, t.platform, c.name as channel_name, t.permalink, t.published_at
  from channels c join targets t on t.channel_id = c.id and t.due_at >= ${since}
  where c.workspace_id = ${workspaceId} and t.state = 'published' and t.published_at is not null
  order by t.published_at desc, t.id limit ${most}`
