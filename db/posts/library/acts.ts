import { enqueue } from '../../notifications/outbox.ts'
import type { Db } from '../../postgres/connect.ts'
import { keysOfMedia } from '../renditions.ts'

/** False if there is no such file. */
export const renameMedia = async (
  sql: Db,
  workspaceId: string,
  id: string,
  fileName: string,
): Promise<boolean> => {
  const { count } = await sql`
    update media set file_name = ${fileName}
    where workspace_id = ${workspaceId} and id = ${id} and purged_at is null`
  return count > 0
}

/** Locks the files, so that two people can't delete them at once. Returns their ids. */
export const lockMedia = async (t: Db, workspaceId: string, ids: string[]): Promise<string[]> => {
  const rows = await t<{ id: string }[]>`
    select id from media where workspace_id = ${workspaceId} and id = any(${ids}::uuid[]) and purged_at is null
    order by id for no key update`
  return rows.map((row) => row.id)
}

export type DeletedMedia = { id: string; keys: string[]; hasRow: boolean }

/** Deletes files that no post uses. Returns their keys in the media store, which the caller removes. */
export const deleteUnusedMedia = (
  t: Db,
  workspaceId: string,
  ids: string[],
): Promise<DeletedMedia[]> => t<DeletedMedia[]>`
  delete from media m where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])
    and not exists (select from post_media pm where pm.media_id = m.id)
    and not exists (select from series_media sm where sm.media_id = m.id)
  returning id, ${keysOfMedia(t, 'm')} as keys, false as has_row`

/** Purges files that posts have shown: the posts keep the record that there was one. */
export const purgeMedia = (
  t: Db,
  workspaceId: string,
  ids: string[],
  now: Date,
): Promise<DeletedMedia[]> => t<DeletedMedia[]>`
  update media m set purged_at = ${now}
  where workspace_id = ${workspaceId} and id = any(${ids}::uuid[]) and purged_at is null
  returning id, ${keysOfMedia(t, 'm')} as keys, true as has_row`

/** Another try for a video whose conversion failed. False if there is nothing to try. */
export const retryConversion = async (t: Db, workspaceId: string, id: string): Promise<boolean> => {
  const rows = await t`
    update media set conversion = 'waiting', conversion_began_at = null, conversion_share = null, conversion_problem = null
    where workspace_id = ${workspaceId} and id = ${id} and conversion = 'failed' and purged_at is null returning id`
  if (rows.length > 0) await enqueue(t, 'media', id)
  return rows.length > 0
}
