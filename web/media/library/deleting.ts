import { recordEvent } from '../../../db/notifications/events.ts'
import { tx } from '../../../db/postgres/connect.ts'
import {
  type DeletedMedia,
  deleteUnusedMedia,
  lockMedia,
  purgeMedia,
} from '../../../db/posts/library/acts.ts'
import {
  type LosingPost,
  listLosingPosts,
  listRepeatingUses,
  type RepeatingUse,
} from '../../../db/posts/library/uses.ts'
import { dropDiscardedWith } from '../../../db/posts/posts.ts'
import { markFilesRemoved } from '../../../db/privacy/due-files.ts'
import type { WebDeps } from '../../http/env.ts'

type Person = { workspaceId: string; userId: string }

/** The posts and the repeating posts that would lose a file. */
export type Losing = { losing: LosingPost[]; repeating: RepeatingUse[] }

/** What became of it: how many were deleted, or what would lose a file. Then none was. */
export type Deleting = { deleted: number } | Losing

type Done = { files: DeletedMedia[] } | Losing

/**
 * Deletes files with their bytes, all or none. Posts that are already published keep the record that
 * there was a file, as they do when its term has passed.
 */
export const deleteFiles = async (
  deps: WebDeps,
  { workspaceId, userId }: Person,
  ids: string[],
): Promise<Deleting> => {
  const now = new Date(deps.now())
  const done = await tx(deps.sql, async (t): Promise<Done> => {
    const found = await lockMedia(t, workspaceId, ids)
    await dropDiscardedWith(t, workspaceId, found)
    const losing = await listLosingPosts(t, workspaceId, found)
    const repeating = await listRepeatingUses(t, workspaceId, found)
    if (losing.length + repeating.length > 0) return { losing, repeating }
    const unused = await deleteUnusedMedia(t, workspaceId, found)
    const files = [...unused, ...(await purgeMedia(t, workspaceId, found, now))]
    for (const { id: subjectId } of files)
      await recordEvent(t, { name: 'media.deleted', workspaceId, userId, subjectId })
    return { files }
  })
  if ('losing' in done) return done
  for (const key of done.files.flatMap(({ keys }) => keys)) await deps.mediaStore.remove(key)
  const purged = done.files.filter(({ hasRow }) => hasRow).map(({ id }) => id)
  if (purged.length > 0) await tx(deps.sql, (t) => markFilesRemoved(t, purged, now))
  return { deleted: done.files.length }
}
