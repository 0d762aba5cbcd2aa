import { Readable } from 'node:stream'
import type { Sql } from '../../db/postgres/connect.ts'
import { erasedIdsKey, listErasedIds } from '../../db/privacy/erased-ids.ts'
import type { MediaStore } from '../../media/store.ts'

/**
 * promise: E3: copies the hashes of deleted ids to the media store, so that a restore finds them
 * even if the database is lost.
 */
export const copyErasedIds = async ({
  sql,
  mediaStore,
}: {
  sql: Sql
  mediaStore: MediaStore
}): Promise<void> => {
  await mediaStore.put(
    erasedIdsKey,
    Readable.from([Buffer.from(JSON.stringify(await listErasedIds(sql)))]),
  )
}
