import type { JsonRecord } from '../../platforms/json.ts'
import type { Db } from '../postgres/connect.ts'
import { homes, type PostOrigin } from './homes.ts'

/** When published posts are measured. Their numbers are written in db/insights/snapshots.ts. */

export type UnmeasuredPost = {
  targetId: string
  channelId: string
  platform: string
  kind: string
  publishedAt: Date
}

/**
 * Published posts of the shard that are not measured yet. A trigger on `targets` adds them when
 * they are published.
 */
export const listUnmeasured = (
  sql: Db,
  shard: number,
  limit: number,
): Promise<UnmeasuredPost[]> => sql<UnmeasuredPost[]>`
  select t.id as target_id, t.channel_id, t.platform, t.kind, t.published_at from unmeasured_targets u join targets t on t.id = u.target_id
  where u.shard = ${shard} limit ${limit}`

/**
 * Starts measuring posts and removes them from the list of unmeasured ones. `nextAt` is null if it
 * is too late to measure them. In the order of their ids, so that two runs can't deadlock.
 */
export const enrollPosts = async (
  sql: Db,
  posts: { targetId: string; nextAt: Date | null }[],
): Promise<void> => {
  await sql`
    with given as (select * from jsonb_to_recordset(${sql.json(posts.map(asRow))}) as n(target_id uuid, next_at timestamptz)),
    listed as (
      select u.target_id from unmeasured_targets u join given on given.target_id = u.target_id
      order by u.target_id for no key update of u),
    taken as (delete from unmeasured_targets u using listed where u.target_id = listed.target_id)
    insert into measured_targets (target_id, workspace_id, channel_id, kind, published_at, next_at)
    select t.id, t.workspace_id, t.channel_id, t.kind, t.published_at, given.next_at from given join targets t on t.id = given.target_id
    order by t.id on conflict do nothing`
}

const asRow = (post: { targetId: string; nextAt: Date | null }) => ({
  target_id: post.targetId,
  next_at: post.nextAt?.toISOString() ?? null,
})

export type DuePost = {
  /** The id of a target, or of a post that was not made here. */
  id: string
  platformPostId: string
  kind: string
  handles: JsonRecord
  publishedAt: Date
  /** When it was due. A changed value shows that another process has measured it. */
  dueAt: Date
  absentAt: Date | null
}

/** The newest posts first, because their numbers change by the hour. */
export const listDuePosts = (
  sql: Db,
  {
    channelId,
    made,
    now,
    limit,
  }: { channelId: string; made: PostOrigin; now: Date; limit: number },
): Promise<DuePost[]> =>
  made === 'here'
    ? sql<DuePost[]>`
        select m.target_id as id, t.platform_post_id, t.kind, t.handles, m.published_at, m.next_at as due_at, m.absent_at
        from measured_targets m join targets t on t.id = m.target_id
        where m.channel_id = ${channelId} and m.next_at <= ${now} and t.platform_post_id is not null
          and t.deletion_state is distinct from 'deleted'
        order by m.published_at desc limit ${limit}`
    : sql<DuePost[]>`
        select id, platform_post_id, kind, '{}'::jsonb as handles, published_at, next_at as due_at, absent_at from elsewhere_posts
        where channel_id = ${channelId} and next_at <= ${now} order by published_at desc limit ${limit}`

export type Passed = { id: string; dueAt: Date; nextAt: Date | null }

/** Records since when the platform no longer shows the post. Writes no snapshot. */
export const markAbsent = async (
  sql: Db,
  made: PostOrigin,
  { id, dueAt, nextAt }: Passed,
  now: Date,
): Promise<void> => {
  const { table, key } = homes[made]
  await sql`
    update ${sql(table)} set absent_at = coalesce(absent_at, ${now}), next_at = ${nextAt}
    where ${sql(key)} = ${id} and next_at = ${dueAt}`
}

/** Postpones a post to its next age, because the platform gives no numbers for it now. */
export const passOver = async (
  sql: Db,
  made: PostOrigin,
  { id, dueAt, nextAt }: Passed,
): Promise<void> => {
  const { table, key } = homes[made]
  await sql`update ${sql(table)} set next_at = ${nextAt} where ${sql(key)} = ${id} and next_at = ${dueAt}`
}
