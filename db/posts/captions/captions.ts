import type { TransactionSql } from 'postgres'
import type { Db } from '../../postgres/connect.ts'
import { lockWorkspace } from '../../postgres/workspace-lock.ts'

export const captionKinds = ['caption', 'hashtags'] as const
type CaptionKind = (typeof captionKinds)[number]

/** A text that is inserted into posts. */
export type Caption = { id: string; kind: CaptionKind; name: string; text: string }
type CaptionName = Pick<Caption, 'id' | 'kind' | 'name'>
type Ref = { workspaceId: string; captionId: string }

/** Names that differ only by case, or by how a letter is composed, are the same name. */
const keyOf = (name: string): string => name.normalize('NFC').toLowerCase()

/** By name, without their texts. */
export const listCaptionNames = (sql: Db, workspaceId: string): Promise<CaptionName[]> =>
  sql<CaptionName[]>`
    select id, kind, name from captions where workspace_id = ${workspaceId} order by name_key`

/** By name. `words`: only those with these words in their name or text. Empty for all. */
export const listCaptions = (sql: Db, workspaceId: string, words: string): Promise<Caption[]> =>
  sql<Caption[]>`
    select id, kind, name, text from captions
    where workspace_id = ${workspaceId}
      and (position(${keyOf(words)} in name_key) > 0 or position(${keyOf(words)} in lower(text)) > 0)
    order by name_key`

export const findCaption = async (
  sql: Db,
  { workspaceId, captionId }: Ref,
): Promise<Caption | null> => {
  const [caption] = await sql<Caption[]>`
    select id, kind, name, text from captions where workspace_id = ${workspaceId} and id = ${captionId}`
  return caption ?? null
}

/**
 * Adds a caption and returns its id. `taken` if there is one with this name, `full` if the workspace
 * has `most` captions: the lock makes those who add at the same time wait for each other.
 */
export const addCaption = async (
  t: TransactionSql,
  workspaceId: string,
  { kind, name, text }: Omit<Caption, 'id'>,
  most: number,
): Promise<{ id: string } | 'taken' | 'full'> => {
  await lockWorkspace(t, workspaceId)
  const [added] = await t<{ id: string | null; isTaken: boolean }[]>`
    with known as (select id from captions where workspace_id = ${workspaceId} and name_key = ${keyOf(name)}),
    added as (
      insert into captions (workspace_id, kind, name, name_key, text)
      select ${workspaceId}, ${kind}, ${name}, ${keyOf(name)}, ${text}
      where not exists (select from known) and (select count(*) from captions where workspace_id = ${workspaceId}) < ${most}
      returning id)
    select (select id from added) as id, exists (select from known) as is_taken`
  if (added?.id) return { id: added.id }
  return added?.isTaken ? 'taken' : 'full'
}

/** `taken`: another caption has this name. `gone`: it was deleted. */
export const changeCaption = async (
  t: TransactionSql,
  { workspaceId, captionId }: Ref,
  { kind, name, text }: Omit<Caption, 'id'>,
): Promise<'changed' | 'taken' | 'gone'> => {
  await lockWorkspace(t, workspaceId)
  const [found] = await t<{ isTaken: boolean; isDone: boolean }[]>`
    with other as (
      select id from captions where workspace_id = ${workspaceId} and name_key = ${keyOf(name)} and id <> ${captionId}),
    changed as (
      update captions set kind = ${kind}, name = ${name}, name_key = ${keyOf(name)}, text = ${text}
      where workspace_id = ${workspaceId} and id = ${captionId} and not exists (select from other) returning id)
    select exists (select from other) as is_taken, exists (select from changed) as is_done`
  if (found?.isDone) return 'changed'
  return found?.isTaken ? 'taken' : 'gone'
}

/** Returns whether it still existed. Posts keep the text that was inserted. */
export const deleteCaption = async (sql: Db, { workspaceId, captionId }: Ref): Promise<boolean> => {
  const { count } =
    await sql`delete from captions where workspace_id = ${workspaceId} and id = ${captionId}`
  return count > 0
}
