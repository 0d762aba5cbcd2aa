import type { JsonRecord } from '../platforms/platform.ts'
import type { Db } from './connect.ts'

/** Which published posts are measured when. Their numbers are written in db/snapshots.ts. */

export type UnmeasuredPost = { targetId: string; channelId: string; platform: string; kind: string; publishedAt: Date }

/** Published posts that nobody measures yet, of at most two years. */
export const listUnmeasured = (sql: Db, now: Date, limit: number): Promise<UnmeasuredPost[]> => sql<UnmeasuredPost[]>`
  select t.id as target_id, t.channel_id, t.platform, t.kind, t.published_at from targets t
  where t.state = 'published' and t.platform_post_id is not null and t.published_at > ${now}::timestamptz - interval '24 months'
    and not exists (select from measured_targets m where m.target_id = t.id)
  limit ${limit}`

/** `nextAt` null: it is too late to measure them. */
export const enrollPosts = async (sql: Db, posts: { targetId: string; nextAt: Date | null }[]): Promise<void> => {
  await sql`
    insert into measured_targets (target_id, workspace_id, channel_id, published_at, next_at)
    select t.id, t.workspace_id, t.channel_id, t.published_at, n.next_at
    from jsonb_to_recordset(${sql.json(posts.map(asRow))}) as n(target_id uuid, next_at timestamptz) join targets t on t.id = n.target_id
    on conflict do nothing`
}

const asRow = (post: { targetId: string; nextAt: Date | null }) => ({
  target_id: post.targetId,
  next_at: post.nextAt?.toISOString() ?? null,
})

export type DuePost = {
  targetId: string
  platformPostId: string
  kind: string
  handles: JsonRecord
  publishedAt: Date
  /** When it was to be measured: says that nobody else did meanwhile. */
  dueAt: Date
  absentAt: Date | null
}

/** The youngest first: their numbers change by the hour. */
export const listDuePosts = (sql: Db, channelId: string, now: Date, limit: number): Promise<DuePost[]> => sql<DuePost[]>`
  select m.target_id, t.platform_post_id, t.kind, t.handles, m.published_at, m.next_at as due_at, m.absent_at
  from measured_targets m join targets t on t.id = m.target_id
  where m.channel_id = ${channelId} and m.next_at <= ${now} and t.platform_post_id is not null
  order by m.published_at desc limit ${limit}`

export type Passed = { targetId: string; dueAt: Date; nextAt: Date | null }

/** The platform does not show the post: no snapshot, and the moment since when stands. */
export const markAbsent = async (sql: Db, { targetId, dueAt, nextAt }: Passed, now: Date): Promise<void> => {
  await sql`
    update measured_targets set absent_at = coalesce(absent_at, ${now}), next_at = ${nextAt}
    where target_id = ${targetId} and next_at = ${dueAt}`
}

/** The platform refuses to speak of this post now: asked again at its next age. */
export const passOver = async (sql: Db, { targetId, dueAt, nextAt }: Passed): Promise<void> => {
  await sql`update measured_targets set next_at = ${nextAt} where target_id = ${targetId} and next_at = ${dueAt}`
}
