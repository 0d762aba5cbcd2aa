import type { Sql } from '../../db/postgres/connect.ts'
import { deleteExportAsSeen, listExportsAbout } from '../../db/privacy/exports.ts'
import type { MediaStore } from '../../media/store.ts'

export type DroppingDeps = { sql: Sql; mediaStore: MediaStore }

/**
 * promise: E1, E3: deletes exports that may contain what is being erased: those of all current and
 * former members of these workspaces, including unfinished ones. Their owners can request a new
 * one. Returns how many.
 */
export const dropExports = async (
  { sql, mediaStore }: DroppingDeps,
  workspaceIds: string[],
): Promise<number> => {
  let dropped = 0
  for (
    let seen = await listExportsAbout(sql, workspaceIds);
    seen.length > 0;
    seen = await listExportsAbout(sql, workspaceIds)
  )
    for (const one of seen) {
      if (one.storeKey) await mediaStore.remove(one.storeKey)
      // An export that was finished in the meantime is listed again with its file. One that is
      // finished later finds its row gone.
      if (await deleteExportAsSeen(sql, one)) dropped += 1
    }
  return dropped
}
