import type { Numbers, OwnPost } from '../../platforms/measurer.ts'
import type { Db } from '../postgres/connect.ts'
import { maybePublishedStates, stateList } from '../posts/target-states.ts'
import type { InsightScope, Sums } from './insights.ts'
import type { Instants, Ranking } from './post-numbers.ts'

/**
 * An account's posts that were not made with CrateSocial. Only their newest numbers are stored, and
 * they are not part of sums by day.
 */

type Listed = { workspaceId: string; channelId: string; posts: OwnPost[]; now: Date }

/**
 * Stores listed posts that were not made with CrateSocial. If one of our posts may just have been
 * published and its id isn't known yet, posts from around that time wait for the next list. Locks
 * the account's row, because erasing an account deletes that row first.
 */
export const saveOwnPosts = async (sql: Db, { workspaceId, channelId, posts, now }: Listed): Promise<void> => {
  const rows = posts.map((post) => ({
    platform_post_id: post.platformPostId,
    other_ids: post.otherIds,
    kind: post.kind,
    text: post.text,
    permalink: post.permalink,
    published_at: post.publishedAt.toISOString(),
  }))
  await sql`
    with measured as (select from measured_channels where channel_id = ${channelId} and workspace_id = ${workspaceId} for share)
    insert into elsewhere_posts (workspace_id, channel_id, platform_post_id, other_ids, kind, text, permalink, published_at, next_at)
    select ${workspaceId}, ${channelId}, n.platform_post_id, n.other_ids, n.kind, n.text, n.permalink, n.published_at, ${now}
    from jsonb_to_recordset(${sql.json(rows)}) as n(platform_post_id text, other_ids text[], kind text, text text, permalink text,
      published_at timestamptz)
    where exists (select from measured) and exists (select from channels c where c.id = ${channelId} and c.state = 'connected')
      and not exists (select from targets t where t.channel_id = ${channelId}
        and t.platform_post_id = any(array_append(n.other_ids, n.platform_post_id)))
      and not exists (select from targets t where t.channel_id = ${channelId} and t.platform_post_id is null
        and t.state in ${stateList(sql, maybePublishedStates)}
        and t.due_at between n.published_at - interval '1 day' and n.published_at + interval '1 day')
    on conflict (channel_id, platform_post_id) do nothing`
}

/**
 * Deletes posts that turned out to be ours when their id became known. Compares ids with `=`, which
 * stays fast for many posts.
 */
export const dropOurs = async (sql: Db, channelId: string): Promise<void> => {
  await sql`
    with ids as (
      select e.id, one.platform_post_id from elsewhere_posts e
        cross join lateral unnest(array_append(e.other_ids, e.platform_post_id)) as one(platform_post_id)
      where e.channel_id = ${channelId})
    delete from elsewhere_posts where id in (
      select ids.id from ids join targets t on t.channel_id = ${channelId} and t.platform_post_id = ids.platform_post_id)`
}

/** `complete`: the time up to which everything was listed. */
export const noteListed = async (sql: Db, channelId: string, listAt: Date, complete: Date): Promise<void> => {
  await sql`update measured_channels set list_at = ${listAt}, listed_at = ${complete} where channel_id = ${channelId}`
}

export type ElsewherePost = { id: string; platformPostId: string; kind: string; publishedAt: Date; dueAt: Date }

/** The newest posts first. */
export const listDueElsewhere = (sql: Db, channelId: string, now: Date, limit: number): Promise<ElsewherePost[]> =>
  sql<ElsewherePost[]>`
    select id, platform_post_id, kind, published_at, next_at as due_at from elsewhere_posts
    where channel_id = ${channelId} and next_at <= ${now} order by published_at desc limit ${limit}`

/**
 * `numbers` is null if the platform doesn't show the post. A missing number keeps its last value.
 */
export type ElsewhereReading = { id: string; dueAt: Date; nextAt: Date | null; numbers: Numbers | null }

export const saveElsewhere = async (sql: Db, readings: ElsewhereReading[], source: string, now: Date): Promise<void> => {
  const rows = readings.map(({ id, dueAt, nextAt, numbers }) => ({
    ...numbers,
    ...{ id, due_at: dueAt.toISOString(), next_at: nextAt?.toISOString() ?? null, is_shown: numbers !== null },
  }))
  await sql`
    update elsewhere_posts e set next_at = n.next_at,
      absent_at = case when n.is_shown then null else coalesce(e.absent_at, ${now}) end,
      taken_at = case when n.is_shown then ${now} else e.taken_at end, source = case when n.is_shown then ${source} else e.source end,
      views = coalesce(n.views, e.views), reach = coalesce(n.reach, e.reach), likes = coalesce(n.likes, e.likes),
      comments = coalesce(n.comments, e.comments), shares = coalesce(n.shares, e.shares), saves = coalesce(n.saves, e.saves)
    from jsonb_to_recordset(${sql.json(rows)}) as n(id uuid, due_at timestamptz, next_at timestamptz, is_shown boolean,
      views bigint, reach bigint, likes int, comments int, shares int, saves int)
    where e.id = n.id and e.next_at = n.due_at`
}

/** Postpones a post to its next age, because the platform gives no numbers for it now. */
export const passElsewhere = async (sql: Db, { id, dueAt, nextAt }: Omit<ElsewhereReading, 'numbers'>): Promise<void> => {
  await sql`update elsewhere_posts set next_at = ${nextAt} where id = ${id} and next_at = ${dueAt}`
}

export type RankedElsewhere = Sums & {
  id: string
  channelId: string
  platform: string
  kind: string
  channelName: string
  channelHandle: string
  text: string
  permalink: string | null
  publishedAt: Date
  takenAt: Date | null
}

/**
 * Posts published in the span that the platform still shows, ranked by `by` in descending order.
 * `viewsAtWeek` ranks by total views, because views at 7 days are not known for these posts.
 */
export const rankElsewhere = (
  sql: Db,
  scope: InsightScope,
  span: Instants,
  order: { by: Ranking; limit: number },
): Promise<RankedElsewhere[]> => {
  const by = sql(order.by === 'viewsAtWeek' ? 'views' : order.by)
  return sql<RankedElsewhere[]>`
    select e.id, e.channel_id, c.platform, e.kind, c.name as channel_name, c.handle as channel_handle, e.text, e.permalink, e.published_at,
      e.taken_at, e.views::float8 as views, e.reach::float8 as reach, e.likes, e.comments, e.shares, e.saves
    from elsewhere_posts e join channels c on c.id = e.channel_id
    where e.workspace_id = ${scope.workspaceId} ${scope.channelId ? sql`and e.channel_id = ${scope.channelId}` : sql``}
      and e.published_at >= ${span.from} and e.published_at < ${span.to} and e.taken_at is not null and e.absent_at is null
    order by ${by} desc nulls last, e.published_at desc limit ${order.limit}`
}
