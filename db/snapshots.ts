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
