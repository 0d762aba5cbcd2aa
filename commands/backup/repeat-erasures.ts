import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { copyErasedIds } from '../../activities/privacy/erased-ids.ts'
import { type Sql, tx } from '../../db/postgres/connect.ts'
import { openDeletionRequest } from '../../db/privacy/deletion-requests.ts'
import {
  addErasedIds,
  type BroughtBack,
  deleteChannelsAgain,
  deleteWorkspacesAgain,
  dropLostOutbox,
  type ErasedId,
  endGrantsAgain,
  erasedIdsKey,
  listBroughtBack,
  readErasedIds,
} from '../../db/privacy/erased-ids.ts'
import { lockOut } from '../../db/privacy/erasure.ts'
import type { Vault } from '../../db/vault/vault.ts'
import type { MediaStore } from '../../media/store.ts'
import { BackupError } from './manifest.ts'

type Deps = { sql: Sql; vault: Vault; mediaStore: MediaStore; now: () => number }

/**
 * promise: E3: deletes everything again that was deleted after the backup was made, before anyone
 * can sign in. It is identified by salted hashes: in the backup, beside the media, and in a given
 * file or media folder. Returns how much was deleted again.
 */
export const repeatErasures = async (
  deps: Deps,
  given: string | undefined,
): Promise<{ [kind in keyof BroughtBack]: number }> => {
  const known = [
    ...(await besideMedia(deps.mediaStore)),
    ...(given === undefined ? [] : await fromFile(given)),
  ]
  const now = new Date(deps.now())
  const { back, keys } = await tx(deps.sql, async (t) => {
    await addErasedIds(t, known)
    const back = await listBroughtBack(t)
    const keys = await deleteWorkspacesAgain(t, back.workspaces)
    await deleteChannelsAgain(t, back.channels)
    await endGrantsAgain(t, back.grants, now)
    for (const userId of back.users) {
      await lockOut(t, userId, now)
      await openDeletionRequest(t, deps.vault, { origin: 'restore', userId, now })
    }
    await dropLostOutbox(t)
    return { back, keys }
  })
  for (const key of keys) await deps.mediaStore.remove(key)
  await copyErasedIds(deps)
  const { users, workspaces, grants, channels } = back
  return {
    users: users.length,
    workspaces: workspaces.length,
    grants: grants.length,
    channels: channels.length,
  }
}

const besideMedia = async (store: MediaStore): Promise<ErasedId[]> =>
  (await store.size(erasedIdsKey)) === null
    ? []
    : readErasedIds(await text(store.open(erasedIdsKey)))

const fromFile = async (path: string): Promise<ErasedId[]> => {
  try {
    const isFolder = (await stat(path)).isDirectory()
    return readErasedIds(
      await readFile(isFolder ? join(path, erasedIdsKey.slice(0, 2), erasedIdsKey) : path, 'utf8'),
    )
  } catch (error) {
    throw new BackupError(`${path} doesn’t hold a list of deleted ids: ${(error as Error).message}`)
  }
}
