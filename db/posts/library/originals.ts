import type { Db } from '../../postgres/connect.ts'

export type Original = { id: string; storeKey: string; fileName: string }

/** The originals of these files, or the files whose originals weren't kept, the newest first. */
export const listOriginals = (sql: Db, workspaceId: string, ids: string[]): Promise<Original[]> =>
  sql<Original[]>`
    select id, coalesce(original_key, store_key) as store_key, file_name from media
    where workspace_id = ${workspaceId} and id = any(${ids}::uuid[]) and purged_at is null order by id desc`
