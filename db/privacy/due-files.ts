import type { Db } from '../postgres/connect.ts'
import { keysOfMedia } from '../posts/renditions.ts'

export type FilesToRemove = { id: string; keys: string[] }

/** Purged files whose bytes are still in the store, including those from an interrupted sweep. */
export const listFilesToRemove = async (sql: Db, limit: number): Promise<FilesToRemove[]> => sql<
  FilesToRemove[]
>`
  select id, ${keysOfMedia(sql)} as keys from media
  where purged_at is not null and files_removed_at is null order by purged_at limit ${limit}`

export const markFilesRemoved = async (sql: Db, ids: string[], now: Date): Promise<void> => {
  await sql`delete from renditions where media_id = any(${ids})`
  await sql`update media set files_removed_at = ${now} where id = any(${ids})`
}
