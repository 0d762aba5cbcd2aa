import type { AccountDay, PostMetric } from '../../platforms/measurer.ts'
import type { Db } from '../postgres/connect.ts'
import { type Home, homes, type PostOrigin } from './homes.ts'
import { metricColumns } from './metric-columns.ts'

/**
 * Numbers as the platforms reported them. This file writes these tables:
 *
 * - `snapshots`: lifetime totals of a post at `taken_at`: of `target_id`, or of `elsewhere_id` if
 *   it was not made here. Use it for the curve of one post only, and other tables for a workspace. Null
 *   means that the platform didn't give the number at that time (because it lags by hours, or has
 *   no such number); 0 is a true zero. A total can fall, because people remove likes. A reading
 *   with the same numbers as the one before has no row: the numbers held from `taken_at` to
 *   `last_seen_at` (for the newest row, to `measured_targets.taken_at`). `listReadings` returns
 *   both ends. `more` has what platforms declare besides the six columns (`OwnMetric`), by name.
 * - `measured_targets`: one row per published post with its newest known numbers and the `taken_at`
 *   of the last snapshot, for lists and rankings. `changed_at` is the newest snapshot that has a
 *   row. A metric in `ended_metrics` was given before, but not by the last reading; its value is
 *   the last known one. `next_at` is null when the post is no longer measured. `absent_at`: since
 *   when the platform doesn't show the post (deleted or private).
 * - `elsewhere_posts`: the same for posts that were not made here.
 * - `channel_days`: the growth of a channel's posts on a day in the workspace's time zone, from one
 *   snapshot to the next. Sums over a period are sums of these rows, as long as they are kept.
 *   Columns with the prefix `other_` hold the growth of posts that were not made here.
 *   `followers` is a level, not growth: the last value of that day. Null means that no post of the
 *   channel gave that number that day. Growth counts on the day it was seen; the first reading
 *   counts everything before it. `grown_since`: some posts were read late, so the day contains
 *   their growth since that earlier day. `more` has the growth of the platforms' own numbers that
 *   can be added up.
 * - `format_days`: the same by the format of the posts, without followers.
 * - `account_snapshots`: followers at `taken_at`, and views and reach of the whole account on the
 *   platform's own day `day`, which is about two days earlier, when the platform's numbers are
 *   final. Never add up the reach of several days or posts, because it counts the same people
 *   again.
 * - `measured_channels`: `rests` has the problems of each part in words. `problem` and `rest_until`
 *   are those of the part with the longest pause, and null when there are no problems.
 * - `metric_names`: names that the platform refused for a kind. `Measurer.names(kind)` and
 *   `accountNames` map them to metrics. With `refused_at`, the metric is no longer provided.
 *   Applies only while `version` equals the measurer's version.
 * - `source` names the API and version that gave the numbers.
 */

/**
 * Creates the partitions for the months around a time. The database refuses rows of other months.
 */
export const ensureSnapshotMonths = async (sql: Db, around: Date): Promise<void> => {
  await sql`select ensure_snapshot_months(${around})`
}

type PostSnapshot = {
  /** The id of a target, or of a post that was not made here. */
  id: string
  /** When it was due. Posts that another process has measured in the meantime are skipped. */
  dueAt: Date
  /** When it is measured next. Null if never again. */
  nextAt: Date | null
  numbers: Partial<Record<PostMetric, number>>
  /** Metrics that only some platforms have, by their declared name. */
  more: Record<string, number>
}

export type Taking = {
  channelId: string
  made: PostOrigin
  takenAt: Date
  source: string
  /** The names in `more` that are added up by day. Averages are not. */
  summed: string[]
  posts: PostSnapshot[]
}

/**
 * Writes the numbers of posts of a channel, updates the newest known numbers, and adds the growth
 * since the last reading to the day in the workspace's zone. All or nothing, and each snapshot
 * once. Writes no row for a reading with unchanged numbers.
 *
 * Whoever writes days locks posts first, then the row of `channel_days`, then those of its formats,
 * so that two writers can't deadlock. `of_formats` reads `gained` for that order only.
 */
export const savePostSnapshots = async (sql: Db, taking: Taking): Promise<number> => {
  const { channelId, made, takenAt, source, summed } = taking
  const home = homes[made]
  const gained = sql.unsafe(metricColumns.map(home.gained).join(', '))
  const { count } = await sql`
    with given as (
      select * from jsonb_to_recordset(${sql.json(taking.posts.map(asRow))}) as g(id uuid, due_at timestamptz, next_at timestamptz,
        views bigint, reach bigint, likes int, comments int, shares int, saves int, more jsonb)),
    known as (
      select m.*, m.${sql(home.key)} as post_id, ${made === 'here' ? sql`false` : sql`m.predates`} as is_old,
        m.changed_at is null or ${sql.unsafe(metricColumns.map(isChanged).join(' or '))}
          or g.more <> m.more - m.ended_metrics as is_changed
      from ${sql(home.table)} m join given g on g.id = m.${sql(home.key)} and g.due_at = m.next_at
      where m.channel_id = ${channelId} order by m.${sql(home.key)} for no key update of m),
    seen as (
      update snapshots s set last_seen_at = k.taken_at from known k
      where k.is_changed and k.taken_at > k.changed_at and s.${sql(home.ref)} = k.post_id and s.taken_at = k.changed_at),
    taken as (
      insert into snapshots (workspace_id, ${sql(home.ref)}, taken_at, views, reach, likes, comments, shares, saves, more, source)
      select k.workspace_id, k.post_id, ${takenAt}, g.views, g.reach, g.likes, g.comments, g.shares, g.saves, g.more, ${source}
      from known k join given g on g.id = k.post_id where k.is_changed),
    grown as (
      select k.workspace_id, k.channel_id, k.kind, (${takenAt}::timestamptz at time zone w.zone)::date as day,
        ${sql.unsafe(metricColumns.map((name) => `${growth(name)} as ${name}`).join(', '))},
        (min(coalesce(k.taken_at, k.published_at)) filter (where ${isLate(sql, takenAt)}) at time zone w.zone)::date as since
      from known k join given g on g.id = k.post_id join workspaces w on w.id = k.workspace_id
      where k.taken_at is not null or not k.is_old group by 1, 2, 3, 4, w.zone),
    own as (${ownGrowth(sql, takenAt, summed)}),
    gained as (
      insert into channel_days as d (workspace_id, channel_id, day, ${gained}, taken_at, ${sql(home.since)}, ${sql(home.more)})
      select workspace_id, channel_id, day, ${sql.unsafe(metricColumns.map((name) => `sum(${name})`).join(', '))}, ${takenAt},
        min(since), coalesce((select jsonb_object_agg(name, gain) from (
          select own.name, sum(own.gain) as gain from own where own.day = grown.day group by 1) o), '{}')
      from grown group by 1, 2, 3
      on conflict (channel_id, day) do update set ${addGains(sql, home)} returning d.channel_id, d.day),
    of_formats as (
      insert into format_days as d (workspace_id, channel_id, kind, day, ${gained}, taken_at, ${sql(home.since)}, ${sql(home.more)})
      select grown.workspace_id, channel_id, grown.kind, day, ${sql.unsafe(metricColumns.map((name) => `grown.${name}`).join(', '))},
        ${takenAt}, grown.since, coalesce((select jsonb_object_agg(own.name, own.gain) from own
          where own.day = grown.day and own.kind = grown.kind), '{}')
      from gained join grown using (channel_id, day) order by grown.kind
      on conflict (channel_id, kind, day) do update set ${addGains(sql, home)})
    update ${sql(home.table)} m set next_at = g.next_at, taken_at = ${takenAt},
      changed_at = case when k.is_changed then ${takenAt} else k.changed_at end, source = ${source}, absent_at = null,
      views = coalesce(g.views, k.views), reach = coalesce(g.reach, k.reach), likes = coalesce(g.likes, k.likes),
      comments = coalesce(g.comments, k.comments), shares = coalesce(g.shares, k.shares), saves = coalesce(g.saves, k.saves), more = k.more || g.more,
      views_at_day = ${atAge(sql, 'views_at_day', ages.day, takenAt)}, views_at_week = ${atAge(sql, 'views_at_week', ages.week, takenAt)},
      ended_metrics = array_remove(array[${sql.unsafe(
        metricColumns
          .map((name) => `case when g.${name} is null and k.${name} is not null then '${name}' end`)
          .join(', '),
      )}], null) || array(select name from jsonb_object_keys(k.more) as name where not g.more ? name order by name)
    from known k join given g on g.id = k.post_id where m.${sql(home.key)} = k.post_id`
  return count
}

/** SQL: adds growth to what row `d` already has of the day. */
const addGains = (sql: Db, home: Home) => {
  const added = metricColumns
    .map(home.gained)
    .map(
      (name) =>
        `${name} = case when excluded.${name} is null then d.${name} else coalesce(d.${name}, 0) + excluded.${name} end`,
    )
  return sql`taken_at = excluded.taken_at, ${sql(home.since)} = least(d.${sql(home.since)}, excluded.${sql(home.since)}),
    ${sql(home.more)} = add_numbers(d.${sql(home.more)}, excluded.${sql(home.more)}), ${sql.unsafe(added.join(', '))}`
}

/**
 * SQL: the growth of the platform's own numbers, by day, format and name. A number that a post gets
 * only after three days of readings without it was not asked before: what it has by then is not
 * growth of this day (as in the database's `own_gains_from_readings`).
 */
const ownGrowth = (sql: Db, takenAt: Date, summed: string[]) => sql`
  select kind, day, name, sum(gain) as gain from (
    select k.kind, (${takenAt}::timestamptz at time zone w.zone)::date as day, n.key as name, n.value::numeric - coalesce((k.more ->> n.key)::numeric,
      case when not k.is_old and coalesce(k.taken_at - k.published_at <= interval '3 days', true) then 0 end) as gain
    from known k join given g on g.id = k.post_id join workspaces w on w.id = k.workspace_id cross join lateral jsonb_each_text(g.more) n
    where n.key = any(${summed})) each_post
  where gain is not null group by 1, 2, 3`

/**
 * The growth of a metric since the last reading that had it. The first reading counts everything,
 * except for posts from before the account was connected: they gained that on earlier days.
 */
const growth = (name: PostMetric): string =>
  `sum(g.${name} - case when k.is_old then k.${name} else coalesce(k.${name}, 0) end)`

/**
 * SQL: whether the growth covers several days. A post is read daily until day 30, then weekly
 * (activities/insights/times.ts). It is late if the last reading is more than half a day
 * older than that. A first reading is late if earlier ones are missing.
 */
const isLate = (sql: Db, takenAt: Date) => sql`
  ${takenAt}::timestamptz - coalesce(k.taken_at, k.published_at)
    > case when k.taken_at - k.published_at >= interval '30 days' then interval '7.5 days' else interval '36 hours' end`

/**
 * Views are comparable only at the same age. The last reading in the window counts; one without
 * views keeps the value before. In hours.
 */
const ages = { day: { from: 23, to: 30 }, week: { from: 162, to: 180 } }

const atAge = (
  sql: Db,
  column: string,
  { from, to }: { from: number; to: number },
  takenAt: Date,
) => sql`
  case when ${takenAt}::timestamptz - k.published_at between make_interval(hours => ${from}) and make_interval(hours => ${to})
    then coalesce(g.views, k.${sql(column)}) else k.${sql(column)} end`

/**
 * Compares with the last reading. A metric that it didn't give counts as null, although the last
 * known value is kept.
 */
const isChanged = (name: PostMetric): string =>
  `g.${name} is distinct from case when '${name}' = any(m.ended_metrics) then null else m.${name} end`

const asRow = ({ id, dueAt, nextAt, numbers, more }: PostSnapshot) => ({
  id,
  due_at: dueAt.toISOString(),
  next_at: nextAt?.toISOString() ?? null,
  ...numbers,
  more,
})

type Taken = { channelId: string; dueAt: Date; nextAt: Date; takenAt: Date; source: string }

/** Stores the followers. False if another process has done so in the meantime. */
export const saveFollowers = async (
  sql: Db,
  told: Taken & { followers: number | null },
): Promise<boolean> => {
  const { channelId, takenAt, source, followers } = told
  const { count } = await sql`
    with due as (
      update measured_channels set next_at = ${told.nextAt} where channel_id = ${channelId} and next_at = ${told.dueAt}
      returning workspace_id, channel_id),
    today as (
      insert into channel_days as d (workspace_id, channel_id, day, followers, taken_at)
      select due.workspace_id, due.channel_id, (${takenAt}::timestamptz at time zone w.zone)::date, ${followers}, ${takenAt}
      from due join workspaces w on w.id = due.workspace_id where ${followers}::int is not null
      on conflict (channel_id, day) do update set followers = excluded.followers, taken_at = excluded.taken_at)
    insert into account_snapshots as s (workspace_id, channel_id, taken_at, followers, source)
    select workspace_id, channel_id, ${takenAt}, ${followers}, ${source} from due
    on conflict (channel_id, taken_at) do update set followers = excluded.followers`
  return count > 0
}

/** Stores one of the account's days, once. `nextAt` is null if the platform has no such days. */
export const saveAccountDay = async (
  sql: Db,
  told: Omit<Taken, 'nextAt'> & { nextAt: Date | null; day: AccountDay | null },
): Promise<boolean> => {
  const { channelId, takenAt, source, day } = told
  const { count } = await sql`
    with due as (
      update measured_channels set days_at = ${told.nextAt} where channel_id = ${channelId} and days_at = ${told.dueAt}
      returning workspace_id, channel_id),
    written as (
      insert into account_snapshots as s (workspace_id, channel_id, taken_at, views, reach, day, source)
      select workspace_id, channel_id, ${takenAt}, ${day?.views ?? null}, ${day?.reach ?? null}, ${day?.date ?? null}::date, ${source}
      from due where ${day !== null}
      on conflict (channel_id, taken_at) do update set views = excluded.views, reach = excluded.reach, day = excluded.day)
    select from due`
  return count > 0
}

/**
 * SQL: when the first of a post's views at an age was taken. The row itself is kept longer, with
 * newer numbers.
 */
export const agedViewsBegan = `case when views_at_day is not null or views_at_week is not null
  then published_at + interval '23 hours' end`

/**
 * promise: R3: deletes copies of readings together with the readings. Returns the number of posts.
 */
export const dropAgedViews = async (sql: Db, cutoff: Date, limit: number): Promise<number> => {
  const { count } = await sql`
    update measured_targets set views_at_day = null, views_at_week = null where target_id = any(array(
      select target_id from measured_targets
      where (views_at_day is not null or views_at_week is not null)
        and (published_at at time zone 'UTC') <= (${cutoff}::timestamptz - interval '23 hours') at time zone 'UTC'
      order by (published_at at time zone 'UTC') limit ${limit} for update skip locked))`
  return count
}
