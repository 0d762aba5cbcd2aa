import type { TransactionSql } from 'postgres'
import { lockMedia } from '../../db/posts/library/acts.ts'

/** Someone deleted a file of the post while it was being written. */
export class FilesLost extends Error {}

/**
 * Keeps these files from being deleted until the transaction ends. Call it after the post is
 * locked. Throws FilesLost if one isn't there any more.
 */
export const holdFiles = async (
  t: TransactionSql,
  workspaceId: string,
  media: { id: string }[],
): Promise<void> => {
  const ids = [...new Set(media.map(({ id }) => id))]
  if (ids.length === 0) return
  if ((await lockMedia(t, workspaceId, ids)).length < ids.length)
    throw new FilesLost('a file of the post was deleted')
}

/** What `work` returns, or `lost` if a file of the post was deleted: then nothing was saved. */
export const unlessLost = async <Result>(work: Promise<Result>): Promise<Result | 'lost'> =>
  work.catch((error: unknown) => {
    if (error instanceof FilesLost) return 'lost' as const
    throw error
  })
