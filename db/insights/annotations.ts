import type { TransactionSql } from 'postgres'
import type { Db } from '../postgres/connect.ts'
import { lockWorkspace } from '../postgres/workspace-lock.ts'
import type { InsightScope } from './insights.ts'

/** A note on a day. `day` is a date in the workspace's time zone, such as `2026-11-26`. */
export type Annotation = {
  id: string
  /** Null: it is about the whole workspace. */
  channelId: string | null
  day: string
  text: string
  /** Null if the author has deleted their account. */
  authorId: string | null
  author: string | null
}
type Ref = { workspaceId: string; id: string }

const columns = (sql: Db) =>
  sql`a.id, a.channel_id, a.day::text as day, a.text, u.id as author_id, u.name as author`

/**
 * The notes on these days, newest day first: those about the whole workspace, and those about the
 * accounts in scope.
 */
export const listAnnotations = async (
  sql: Db,
  { workspaceId, channelIds }: Pick<InsightScope, 'workspaceId' | 'channelIds'>,
  days: { from: string; to: string },
  limit: number,
): Promise<Annotation[]> => sql<Annotation[]>`
  select ${columns(sql)} from annotations a left join users u on u.id = a.created_by
  where a.workspace_id = ${workspaceId} and a.day between ${days.from} and ${days.to}
    and (${channelIds}::uuid[] is null or a.channel_id is null or a.channel_id = any(${channelIds}::uuid[]))
  order by a.day desc, a.id desc limit ${limit}`

export const findAnnotation = async (sql: Db, { workspaceId, id }: Ref) => {
  const [found] = await sql<Annotation[]>`
    select ${columns(sql)} from annotations a left join users u on u.id = a.created_by
    where a.workspace_id = ${workspaceId} and a.id = ${id}`
  return found ?? null
}

/**
 * Returns the id of the new note. Null if the workspace has `most` notes: the lock makes those who
 * add at the same time wait for each other.
 */
export const insertAnnotation = async (
  t: TransactionSql,
  note: Pick<Annotation, 'channelId' | 'day' | 'text'> & { workspaceId: string; userId: string },
  most: number,
): Promise<string | null> => {
  const { workspaceId, channelId, day, text, userId } = note
  await lockWorkspace(t, workspaceId)
  const [row] = await t<{ id: string }[]>`
    insert into annotations (workspace_id, channel_id, day, text, created_by)
    select ${workspaceId}, ${channelId}, ${day}, ${text}, ${userId}
    where (select count(*) from annotations where workspace_id = ${workspaceId}) < ${most}
    returning id`
  return row?.id ?? null
}

/** Returns whether the note still existed. */
export const updateAnnotation = async (
  t: Db,
  { workspaceId, id }: Ref,
  { day, text }: Pick<Annotation, 'day' | 'text'>,
): Promise<boolean> => {
  const { count } = await t`
    update annotations set day = ${day}, text = ${text}, updated_at = now()
    where workspace_id = ${workspaceId} and id = ${id}`
  return count > 0
}

/** Returns whether the note still existed. */
export const deleteAnnotation = async (t: Db, { workspaceId, id }: Ref): Promise<boolean> => {
  const { count } =
    await t`delete from annotations where workspace_id = ${workspaceId} and id = ${id}`
  return count > 0
}
