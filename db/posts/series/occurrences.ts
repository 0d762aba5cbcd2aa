import type { Db } from '../../postgres/connect.ts'
import type { HeldPost } from '../post-locks.ts'
import { type PostRow, postColumns } from '../posts.ts'
import { stateList, unsentStates } from '../target-states.ts'
import type { SeriesRef } from './series.ts'

/** Makes a post the occurrence of a date. The database refuses a second one. */
export const setOccurrence = async (
  t: Db,
  post: { workspaceId: string; id: string },
  { seriesId, on, isApart }: { seriesId: string; on: string; isApart: boolean },
): Promise<void> => {
  await t`
    update posts set series_id = ${seriesId}, occurrence_on = ${on}, is_apart = ${isApart}, repeats = null
    where workspace_id = ${post.workspaceId} and id = ${post.id}`
}

/** An occurrence that was changed alone. Changes of the series leave it as it is from now on. */
export const setApart = async (t: Db, post: { workspaceId: string; id: string }): Promise<void> => {
  await t`
    update posts set is_apart = true
    where workspace_id = ${post.workspaceId} and id = ${post.id} and series_id is not null`
}

/**
 * Locks the occurrences from a date on, and returns them by date. Leaves out deleted drafts. `open`:
 * only drafts, and posts of which something wasn't sent.
 */
export const lockOccurrencesFrom = async (
  t: Db,
  ref: SeriesRef,
  { on, open }: { on: string; open: boolean },
): Promise<(PostRow & HeldPost)[]> => {
  const isMeant = t`workspace_id = ${ref.workspaceId} and series_id = ${ref.seriesId} and occurrence_on >= ${on} and state <> 'discarded'
    and (not ${open} or state = 'draft' or exists (
      select from targets t where t.post_id = posts.id and t.state in ${stateList(t, unsentStates)}))`
  await t`select from posts where ${isMeant} order by id for no key update`
  return await t<(PostRow & HeldPost)[]>`
    select ${postColumns(t)} from posts where ${isMeant} order by occurrence_on`
}

/** The newest occurrence that wasn't changed alone. Null if there is none. */
export const newestOccurrence = async (
  t: Db,
  { workspaceId, seriesId }: SeriesRef,
): Promise<{ workspaceId: string; postId: string } | null> => {
  const [row] = await t<{ id: string }[]>`
    select id from posts
    where workspace_id = ${workspaceId} and series_id = ${seriesId} and not is_apart and state <> 'discarded'
    order by occurrence_on desc limit 1`
  return row ? { workspaceId, postId: row.id } : null
}

export type Occurrence = {
  postId: string
  state: string
  dueAt: Date | null
  isApart: boolean
  /** Everything of it was canceled. */
  isCanceled: boolean
}

/** Grows whenever a post is made or changed, so that a form can tell what its page was made from. */
export const seriesVersion = async (sql: Db, ref: SeriesRef): Promise<number> => {
  const [row] = await sql<{ version: number }[]>`
    select coalesce(sum(version), 0)::int as version from posts
    where workspace_id = ${ref.workspaceId} and series_id = ${ref.seriesId}`
  return row?.version ?? 0
}

/** The occurrences that are due after a time, the next first. */
export const listOccurrencesAfter = (
  sql: Db,
  ref: SeriesRef,
  after: Date,
): Promise<Occurrence[]> => sql<Occurrence[]>`
  select p.id as post_id, p.state, p.due_at, p.is_apart,
    exists (select from targets t where t.post_id = p.id)
      and not exists (select from targets t where t.post_id = p.id and t.state <> 'canceled') as is_canceled
  from posts p where p.workspace_id = ${ref.workspaceId} and p.series_id = ${ref.seriesId} and p.state <> 'discarded'
    and p.due_at > ${after} order by p.due_at, p.id`
