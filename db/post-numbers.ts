import type { PostMetric } from '../platforms/measurer.ts'
import type { Db } from './connect.ts'
import type { Scope, Sums } from './insights.ts'

export type MeasuredPost = Sums & {
  targetId: string
  postId: string
  channelId: string
  platform: string
  kind: string
  channelName: string
  channelHandle: string
  /** The beginning of its text. */
  text: string
  permalink: string | null
  publishedAt: Date
  takenAt: Date | null
  /** Numbers that the platform gave once and no longer gives: what stands is the last known. */
  endedMetrics: string[]
  absentAt: Date | null
  /** Its first picture; null without one, or when its bytes are gone. */
  mediaId: string | null
}

export type Instants = { from: Date; to: Date }

/** Posts that went out in the span, the most of `by` first; what gives no such number comes last. */
export const rankPosts = (
  sql: Db,
  scope: Scope,
  span: Instants,
  order: { by: PostMetric; limit: number },
): Promise<MeasuredPost[]> =>
  sql<MeasuredPost[]>`
    select ${columns(sql)}
    from (select * from measured_targets where workspace_id = ${scope.workspaceId} ${scope.channelId ? sql`and channel_id = ${scope.channelId}` : sql``}
        and published_at >= ${span.from} and published_at < ${span.to}
      order by ${sql(order.by)} desc nulls last, published_at desc limit ${order.limit}) m ${joins(sql)}
    order by m.${sql(order.by)} desc nulls last, m.published_at desc`

/** How many went out on each account, by index alone. */
export const countPosts = async (sql: Db, scope: Scope, span: Instants): Promise<Map<string, number>> => {
  const rows = await sql<{ channelId: string; posts: number }[]>`
    select c.id as channel_id, (select count(*)::int from measured_targets m
      where m.channel_id = c.id and m.published_at >= ${span.from} and m.published_at < ${span.to}) as posts
    from channels c where c.workspace_id = ${scope.workspaceId} ${scope.channelId ? sql`and c.id = ${scope.channelId}` : sql``}`
  return new Map(rows.map((one) => [one.channelId, one.posts]))
}

/** Every measured target of one post. */
export const listNumbersOfPost = (sql: Db, ref: { workspaceId: string; postId: string }): Promise<MeasuredPost[]> =>
  sql<MeasuredPost[]>`
    select ${columns(sql)} from measured_targets m ${joins(sql)}
    where m.workspace_id = ${ref.workspaceId} and t.post_id = ${ref.postId} order by c.platform, c.name`

const columns = (sql: Db) => sql`
  m.target_id, t.post_id, m.channel_id, c.platform, t.kind, c.name as channel_name, c.handle as channel_handle, left(t.text, 200) as text,
  t.permalink, m.published_at, m.taken_at, m.views::float8 as views, m.reach::float8 as reach, m.likes, m.comments, m.shares, m.saves,
  m.ended_metrics, m.absent_at,
  (select pm.media_id from post_media pm join media f on f.id = pm.media_id
    where pm.post_id = t.post_id and pm.position = 1 and f.purged_at is null and f.thumbnail_key is not null) as media_id`

const joins = (sql: Db) => sql`join targets t on t.id = m.target_id join channels c on c.id = m.channel_id`

export type Reading = Sums & { targetId: string; takenAt: Date; source: string }

/** Everything that was read of these targets, the first first. */
export const listReadings = (sql: Db, workspaceId: string, targetIds: string[]): Promise<Reading[]> =>
  sql<Reading[]>`
    select target_id, taken_at, views::float8 as views, reach::float8 as reach, likes, comments, shares, saves, source from snapshots
    where target_id = any(${targetIds}::uuid[]) and workspace_id = ${workspaceId} order by target_id, taken_at`

/**
 * Monday is 1; the hour is 0 to 23 in the zone. `ratio`: 1.4 is 40 % more views than is usual on the post's account. `spread`: the
 * standard deviation of the logarithms of what the posts did against the usual; null of a single post. `since`: when the first went out.
 */
export type HourOfWeek = { weekday: number; hour: number; ratio: number; spread: number | null; posts: number; since: Date }

/** The epoch began on one; Monday is 0. */
const thursday = 3
/** Below that, nobody knows what is usual on an account. */
const fewestPosts = 5
/** Sixty for each hour of a week: more of them change nothing and take their time. The newest count. */
const mostPosts = 10_000

/**
 * How posts did by the hour they went out: the geometric mean of their views against their own account's, so that a large account does
 * not drown a small one, nor one post that went round the world all the others.
 */
export const rateHours = (sql: Db, scope: Scope, span: Instants, zone: string): Promise<HourOfWeek[]> =>
  sql<HourOfWeek[]>`
    with newest as (
      select channel_id, published_at, ln(views + 1.0::float8) as log from measured_targets
      where workspace_id = ${scope.workspaceId} ${scope.channelId ? sql`and channel_id = ${scope.channelId}` : sql``}
        and published_at >= ${span.from} and published_at < ${span.to} and views is not null
      order by published_at desc limit ${mostPosts}),
    cells as (
      select channel_id, (floor(date_part('epoch', published_at at time zone ${zone}) / 3600)::int + ${thursday * 24}::int) % 168 as hour_of_week,
        sum(log) as logs, sum(log * log) as squares, count(*)::float8 as posts, min(published_at) as since
      from newest group by 1, 2),
    usual as (select channel_id, sum(logs) / sum(posts) as usual from cells group by 1 having sum(posts) >= ${fewestPosts}),
    hours as (
      select hour_of_week, sum(posts) as posts, sum(logs - posts * usual) as off, min(since) as since,
        sum(squares - 2 * usual * logs + posts * usual * usual) as squares
      from cells join usual using (channel_id) group by 1)
    select hour_of_week / 24 + 1 as weekday, hour_of_week % 24 as hour, exp(off / posts) as ratio,
      case when posts > 1 then sqrt(greatest(0, squares - off * off / posts) / (posts - 1)) end as spread, posts, since
    from hours order by hour_of_week`
