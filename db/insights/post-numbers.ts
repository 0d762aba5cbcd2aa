import type { PostMetric } from '../../platforms/measurer.ts'
import type { Db } from '../postgres/connect.ts'
import type { Fragment } from '../postgres/json-rows.ts'
import { homes, type PostOrigin } from './homes.ts'
import { type InsightScope, ofChannels, ofKind, type Sums } from './insights.ts'
import { ofLabel } from './label-days.ts'

export type MeasuredPost = Sums & {
  /** The id of its target, or of the post if it was not made here. */
  id: string
  made: PostOrigin
  /** Null if it was not made here. */
  targetId: string | null
  postId: string | null
  platformPostId: string | null
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
  /** What else the platform gives, by the name that its folder declares. */
  more: Record<string, number>
  /** Views in its first seven days. Null if it is younger, or was not read then. */
  viewsAtWeek: number | null
  /** Metrics that the platform no longer provides. Their value is the last known one. */
  endedMetrics: string[]
  /** Metrics that the platform doesn't provide for this account. */
  notGiven: string[]
  absentAt: Date | null
  /** Its first picture. Null if it has none, or if the file was deleted. */
  mediaId: string | null
}

export type Instants = { from: Date; to: Date }

/**
 * What posts are ranked by: a total, views at the age of 7 days, which makes old and new posts
 * comparable, or one of the platforms' own numbers.
 */
export type Ranking = PostMetric | 'viewsAtWeek' | { own: string }

/**
 * Posts published in the span, ranked by `by` in descending order. Posts without that number come
 * last. Leaves out posts that were not made here while they are unread, or not shown on the
 * platform: there is nothing to open.
 */
export const rankPosts = (
  sql: Db,
  scope: InsightScope,
  span: Instants,
  order: { by: Ranking; limit: number },
): Promise<MeasuredPost[]> => {
  const { by } = order
  const key = typeof by === 'string' ? sql(by) : sql`(more ->> ${by.own})::numeric`
  const ranked = sql`order by ${key} desc nulls last, published_at desc limit ${order.limit}`
  const shown = sql`and taken_at is not null and absent_at is null`
  return sql<MeasuredPost[]>`
    select ${columns(sql)}
    from (
      select m.*, row_number() over (order by ${key} desc nulls last, published_at desc) as place
      from (${publishedIn(sql, scope, span, { here: ranked, elsewhere: sql`${shown} ${ranked}` })} ${ranked}) m) m ${joins(sql)}
    order by m.place`
}

/** SQL: what both kinds of posts have in common. */
const numbers = (sql: Db) => sql`
  workspace_id, channel_id, kind, published_at, taken_at, views, reach, likes, comments, shares, saves, more, views_at_day, views_at_week,
  ended_metrics, absent_at`

/**
 * SQL: the measured posts of the scope that were published in the span, as one list. `rest`: more
 * conditions and the order of each kind, so that each uses its index.
 */
export const publishedIn = (
  sql: Db,
  scope: InsightScope,
  span: Instants,
  rest: Record<PostOrigin, Part>,
) => {
  const own = sql`workspace_id = ${scope.workspaceId} ${ofChannels(sql, scope)} ${ofKind(sql, scope)}
    and published_at >= ${span.from} and published_at < ${span.to}`
  const labeled = ofLabel(sql, scope)
  const here = sql`(select target_id as id, 'here' as made, ${numbers(sql)} from measured_targets where ${own} ${labeled} ${rest.here})`
  // Posts that were not made here have no labels.
  if (scope.made === 'here' || scope.labelId) return sql`select * from ${here} m`
  return sql`
    select * from (${here} union all
      (select id, 'elsewhere' as made, ${numbers(sql)} from elsewhere_posts where ${own} ${rest.elsewhere})) m`
}

type Part = ReturnType<typeof numbers>

/**
 * `posts` includes the other two; null if it was not counted. `unnumbered`: published without a
 * platform id, so there are no numbers for them. `elsewhere`: not made here.
 */
export type PostCount = {
  channelId: string
  posts: number | null
  unnumbered: number
  elsewhere: number | null
}

/**
 * The number of posts published on each account. Uses indexes only, unless for a format or a label.
 * `ids`: only these accounts, and those with unnumbered posts.
 */
export const countPosts = (
  sql: Db,
  scope: InsightScope,
  span: Instants,
  ids?: string[],
): Promise<PostCount[]> => {
  const during = sql`published_at >= ${span.from} and published_at < ${span.to} ${ofKind(sql, scope)}`
  const counted = ids ? sql`c.id = any(${ids}::uuid[])` : sql`true`
  const others =
    scope.made === 'here' || scope.labelId
      ? sql`0`
      : sql`(select count(*)::int from elsewhere_posts where channel_id = c.id and ${during})`
  return sql<PostCount[]>`
    select c.id as channel_id, n.measured + u.unnumbered + n.elsewhere as posts, u.unnumbered, n.elsewhere
    from channels c
      cross join lateral (select count(*)::int as unnumbered from targets t
        where t.channel_id = c.id and t.state = 'published' and t.platform_post_id is null and ${during}
          and not exists (select from measured_targets m where m.target_id = t.id) ${ofLabel(sql, scope, 'id')}) u
      left join lateral (
        select (select count(*)::int from measured_targets where channel_id = c.id and ${during} ${ofLabel(sql, scope)}) as measured,
          ${others} as elsewhere
        where ${counted} offset 0) n on true
    where c.workspace_id = ${scope.workspaceId} ${scope.channelIds ? sql`and c.id = any(${scope.channelIds}::uuid[])` : sql``}
      and (${counted} or u.unnumbered > 0)`
}

/** `publishedKey`: the exact time, because a Date has only milliseconds. */
export type ListedPost = MeasuredPost & { publishedKey: string }
export type After = Pick<ListedPost, 'publishedKey' | 'id'>

/** Posts published in the span, newest first, one page at a time. */
export const listPostsAfter = (
  sql: Db,
  scope: InsightScope,
  span: Instants,
  { after, limit }: { after: After | null; limit: number },
): Promise<ListedPost[]> => {
  const part = (made: PostOrigin) => {
    const key = sql(homes[made].key)
    const behind =
      after &&
      sql`and (published_at, ${key}) < (${after.publishedKey}::text::timestamptz, ${after.id}::uuid)`
    return sql`${behind ?? sql``} order by published_at desc, ${key} desc limit ${limit}`
  }
  return sql<ListedPost[]>`
    select ${columns(sql)}, m.published_at::text as published_key
    from (${publishedIn(sql, scope, span, { here: part('here'), elsewhere: part('elsewhere') })}
      order by published_at desc, id desc limit ${limit}) m ${joins(sql)}
    order by m.published_at desc, m.id desc`
}

/**
 * Totals over the posts for which an engagement rate can be computed. `base` is their reach, or
 * views if the platform gives no reach.
 */
export type Engagement = { interactions: number; base: number; byReach: number; byViews: number }

/** Always one row. */
export const sumEngagement = (
  sql: Db,
  scope: InsightScope,
  span: Instants,
): Promise<Engagement[]> => sql<Engagement[]>`
    select coalesce(sum(done), 0)::float8 as interactions, coalesce(sum(base), 0)::float8 as base,
      (count(*) filter (where reach is not null))::int as by_reach, (count(*) filter (where reach is null))::int as by_views
    from (
      select reach, coalesce(reach, views) as base,
        coalesce(likes, 0)::bigint + coalesce(comments, 0) + coalesce(shares, 0) + coalesce(saves, 0) as done
      from (${publishedIn(sql, scope, span, { here: sql``, elsewhere: sql`` })}) m
      where coalesce(likes, comments, shares, saves) is not null) posts
    where base > 0 and done >= 0`

/** All measured targets of a post. */
export const listNumbersOfPost = (
  sql: Db,
  ref: { workspaceId: string; postId: string },
): Promise<MeasuredPost[]> =>
  sql<MeasuredPost[]>`
    select ${columns(sql)}
    from (select target_id as id, 'here' as made, ${numbers(sql)} from measured_targets
      where workspace_id = ${ref.workspaceId} and target_id in (select id from targets where post_id = ${ref.postId})) m ${joins(sql)}
    order by c.platform, c.name`

const columns = (sql: Db) => sql`
  m.id, m.made, t.id as target_id, t.post_id, coalesce(t.platform_post_id, e.platform_post_id) as platform_post_id, m.channel_id,
  c.platform, m.kind, c.name as channel_name, c.handle as channel_handle,
  left(coalesce(t.text, e.text), 200) as text, coalesce(t.permalink, e.permalink) as permalink, m.published_at, m.taken_at,
  m.views::float8 as views, m.reach::float8 as reach, m.likes, m.comments, m.shares, m.saves, m.more,
  m.views_at_week::float8 as views_at_week, m.ended_metrics, m.absent_at,
  coalesce((select not_given from measured_channels mc where mc.channel_id = m.channel_id), '{}') as not_given,
  (select pm.media_id from post_media pm join media f on f.id = pm.media_id
    where pm.post_id = t.post_id and pm.position = 1 and f.purged_at is null and f.thumbnail_key is not null) as media_id`

const posts = (sql: Db) => sql`
  left join targets t on m.made = 'here' and t.id = m.id left join elsewhere_posts e on m.made = 'elsewhere' and e.id = m.id`

const joins = (sql: Db) => sql`${posts(sql)} join channels c on c.id = m.channel_id`

/** `id`: of the post, as in MeasuredPost. */
export type Reading = Sums & Pick<MeasuredPost, 'id' | 'more'> & { takenAt: Date; source: string }

/**
 * The readings of these posts, oldest first. If numbers didn't change for a while, only the first
 * and the last reading of that time.
 */
export const listReadings = (
  sql: Db,
  workspaceId: string,
  made: PostOrigin,
  ids: string[],
): Promise<Reading[]> => selectReadings(sql, workspaceId, made, sql`${ids}::uuid[]`)

/** The readings of all targets of a post. */
export const listReadingsOfPost = (
  sql: Db,
  { workspaceId, postId }: { workspaceId: string; postId: string },
): Promise<Reading[]> =>
  selectReadings(
    sql,
    workspaceId,
    'here',
    sql`array(select id from targets where workspace_id = ${workspaceId} and post_id = ${postId})`,
  )

const selectReadings = (
  sql: Db,
  workspaceId: string,
  made: PostOrigin,
  ids: Fragment,
): Promise<Reading[]> => {
  const { table, key, ref } = homes[made]
  return sql<Reading[]>`
    select s.${sql(ref)} as id, r.taken_at, s.views::float8 as views, s.reach::float8 as reach, s.likes, s.comments, s.shares, s.saves,
      s.more, s.source
    from snapshots s left join ${sql(table)} m on m.${sql(key)} = s.${sql(ref)}
      cross join lateral (
        select s.taken_at union select case when s.taken_at = m.changed_at then m.taken_at else s.last_seen_at end) r (taken_at)
    where s.${sql(ref)} = any(${ids}) and s.workspace_id = ${workspaceId} and r.taken_at is not null
    order by s.${sql(ref)}, r.taken_at`
}

/**
 * A post with its views at two ages, because views at different ages are not comparable. Null if it
 * was not read at that age. `hourOfWeek` and `day` are in the given time zone. Hour 0 is Monday
 * 00:00.
 */
export type TimedPost = {
  channelId: string
  kind: string
  made: PostOrigin
  publishedAt: Date
  day: string
  hourOfWeek: number
  viewsAtDay: number | null
  viewsAtWeek: number | null
}

/** The weekday of January 1, 1970. Monday is 0. */
const thursday = 3
/** Only the newest posts are used. More would change little. */
export const mostTimedPosts = 1_500

/** Posts published in the span, newest first, at most `most`. */
export const listTimedPosts = (
  sql: Db,
  scope: InsightScope,
  span: Instants,
  zone: string,
  most = mostTimedPosts,
): Promise<TimedPost[]> => {
  const newest = sql`order by published_at desc limit ${most}`
  return sql<TimedPost[]>`
    select m.channel_id, m.kind, m.made, m.published_at, m.views_at_day::float8 as views_at_day,
      m.views_at_week::float8 as views_at_week, (m.published_at at time zone ${zone})::date::text as day,
      (floor(date_part('epoch', m.published_at at time zone ${zone}) / 3600)::int + ${thursday * 24}::int) % 168 as hour_of_week
    from (${publishedIn(sql, scope, span, { here: newest, elsewhere: newest })} ${newest}) m
    order by m.published_at desc`
}
