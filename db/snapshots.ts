import type { AccountNumbers, Numbers, PostMetric } from '../platforms/measurer.ts'
import type { Db } from './connect.ts'

/**
 * Numbers as platforms reported them. This file writes them; how rows are to be read:
 *
 * - `snapshots`: lifetime totals of one post (target) at `taken_at`, by primary key (target_id, taken_at): the curve of one post. Never
 *   search it for a whole workspace: that is what the next two are for. Null: the platform did not give that number at that moment (its
 *   insights lag by hours, or it has no such number); 0 is a true zero. A total may fall: people take likes back.
 * - `measured_targets`: one row per published post with the newest known number of each kind and `taken_at` of the last snapshot, for
 *   lists and rankings. A kind in `ended_metrics` was given once and not the last time: what stands is the last known. `next_at` null:
 *   measured to the end of its term. `absent_at`: since then the platform does not show the post (deleted or private there).
 * - `channel_days`: what the posts of a channel gained on a day in the workspace's zone, seen from one snapshot to the next: sums over a
 *   period are sums over these rows, for as long as the row is there. `followers` is a level, not a gain: the last told that day.
 *   Null: no post of the channel gave that number that day. A gain is of the day it was seen on, the first one of all before.
 * - `account_snapshots`: followers at `taken_at`, and views and reach of the whole account on the platform's own day `day`, which is
 *   about two days before, when the platform's numbers have settled. Reach of several days or posts must never be added up: the same
 *   people are in it again.
 * - `measured_channels`: `problem` says in words why measuring rests, until `rest_until`; null when the last round got through.
 * - `metric_names`: the platform's names that it refused; `Measurer.names(kind)` and `accountNames` say which number that was: "no longer
 *   provided". Only for `version` = the measurer's.
 * - `source` says which interface and version gave the numbers.
 */
/** Makes the months around a moment, where they are missing. Rows of other months are refused by the database. */
export const ensureSnapshotMonths = async (sql: Db, around: Date): Promise<void> => {
  await sql`select ensure_snapshot_months(${around})`
}

const columns: PostMetric[] = ['views', 'reach', 'likes', 'comments', 'shares', 'saves']

export type PostSnapshot = {
  targetId: string
  /** When it was to be measured: a post that somebody measured meanwhile is left out. */
  dueAt: Date
  /** When it is measured next; null: no more. */
  nextAt: Date | null
  numbers: Numbers
}

/**
 * Writes what a platform told of some posts of a channel, the newest known numbers beside it, and what was gained since the last time to
 * the day in the workspace's zone. All or nothing, and each snapshot once.
 */
export const savePostSnapshots = async (
  sql: Db,
  told: { channelId: string; takenAt: Date; source: string; posts: PostSnapshot[] },
): Promise<number> => {
  const { channelId, takenAt, source } = told
  const { count } = await sql`
    with given as (
      select * from jsonb_to_recordset(${sql.json(told.posts.map(asRow))}) as g(target_id uuid, due_at timestamptz, next_at timestamptz,
        views bigint, reach bigint, likes int, comments int, shares int, saves int)),
    known as (
      select m.* from measured_targets m join given g on g.target_id = m.target_id and g.due_at = m.next_at
      where m.channel_id = ${channelId} order by m.target_id for update of m),
    taken as (
      insert into snapshots (workspace_id, target_id, taken_at, views, reach, likes, comments, shares, saves, source)
      select k.workspace_id, k.target_id, ${takenAt}, g.views, g.reach, g.likes, g.comments, g.shares, g.saves, ${source}
      from known k join given g using (target_id)),
    gained as (
      insert into channel_days as d (workspace_id, channel_id, day, views, reach, likes, comments, shares, saves, taken_at)
      select k.workspace_id, k.channel_id, (${takenAt}::timestamptz at time zone w.zone)::date,
        sum(g.views - coalesce(k.views, 0)), sum(g.reach - coalesce(k.reach, 0)), sum(g.likes - coalesce(k.likes, 0)),
        sum(g.comments - coalesce(k.comments, 0)), sum(g.shares - coalesce(k.shares, 0)), sum(g.saves - coalesce(k.saves, 0)), ${takenAt}
      from known k join given g using (target_id) join workspaces w on w.id = k.workspace_id group by 1, 2, 3
      on conflict (channel_id, day) do update set taken_at = excluded.taken_at, ${sql.unsafe(
        columns
          .map(
            (name) =>
              `${name} = case when excluded.${name} is null then d.${name} else coalesce(d.${name}, 0) + excluded.${name} end`,
          )
          .join(', '),
      )})
    update measured_targets m set next_at = g.next_at, taken_at = ${takenAt}, source = ${source}, absent_at = null,
      views = coalesce(g.views, k.views), reach = coalesce(g.reach, k.reach), likes = coalesce(g.likes, k.likes),
      comments = coalesce(g.comments, k.comments), shares = coalesce(g.shares, k.shares), saves = coalesce(g.saves, k.saves),
      ended_metrics = array_remove(array[${sql.unsafe(
        columns.map((name) => `case when g.${name} is null and k.${name} is not null then '${name}' end`).join(', '),
      )}], null)
    from known k join given g using (target_id) where m.target_id = k.target_id`
  return count
}

const asRow = ({ targetId, dueAt, nextAt, numbers }: PostSnapshot) => ({
  target_id: targetId,
  due_at: dueAt.toISOString(),
  next_at: nextAt?.toISOString() ?? null,
  ...numbers,
})

/** Writes an account's own numbers, once: false when somebody else did meanwhile. */
export const saveAccountSnapshot = async (
  sql: Db,
  told: { channelId: string; dueAt: Date; nextAt: Date; takenAt: Date; source: string; numbers: AccountNumbers },
): Promise<boolean> => {
  const { channelId, takenAt, source, numbers } = told
  const { followers, day } = numbers
  const { count } = await sql`
    with due as (
      update measured_channels set next_at = ${told.nextAt} where channel_id = ${channelId} and next_at = ${told.dueAt}
      returning workspace_id, channel_id),
    today as (
      insert into channel_days as d (workspace_id, channel_id, day, followers, taken_at)
      select due.workspace_id, due.channel_id, (${takenAt}::timestamptz at time zone w.zone)::date, ${followers}, ${takenAt}
      from due join workspaces w on w.id = due.workspace_id where ${followers}::int is not null
      on conflict (channel_id, day) do update set followers = excluded.followers, taken_at = excluded.taken_at)
    insert into account_snapshots (workspace_id, channel_id, taken_at, followers, views, reach, day, source)
    select workspace_id, channel_id, ${takenAt}, ${followers}, ${day?.views ?? null}, ${day?.reach ?? null}, ${day?.date ?? null}::date, ${source}
    from due`
  return count > 0
}
