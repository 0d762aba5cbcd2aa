import { createWriteStream } from 'node:fs'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { VaultKey } from '../../config/values.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import { copyOut, onSnapshot, readShape } from '../../db/postgres/dump.ts'
import { listStoredKeys } from '../../db/posts/stored-keys.ts'
import { makeFolder } from '../../media/make-folder.ts'
import { unlessMissing } from '../../media/missing-file.ts'
import type { MediaStore } from '../../media/store.ts'
import { BackupError, hashOf, type Manifest, mediaFile, sealChecks, tableFile } from './manifest.ts'

export type Taken = { tables: number; media: number; mediaGone: number }

/**
 * Writes a backup to a new folder: all tables as of one moment, while everything keeps running, and
 * their media. Doesn't contain the vault's keys. The folder appears only when it is complete.
 * Throws a BackupError if it already exists.
 */
export const takeBackup = async (
  deps: { sql: Sql; mediaStore: MediaStore; vaultKeys: VaultKey[]; now: () => number },
  { folder, withMedia }: { folder: string; withMedia: boolean },
): Promise<Taken> => {
  if (await unlessMissing(stat(folder)))
    throw new BackupError(`${folder} already exists; name a new folder.`)
  const unfinished = `${folder}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await makeFolder(`${unfinished}/tables`)
  await makeFolder(`${unfinished}/media`)

  const { keys, ...manifest } = await copyTables(deps, unfinished)
  const media = withMedia ? await copyMedia(deps.mediaStore, keys, unfinished) : null
  await writeFile(
    `${unfinished}/manifest.json`,
    `${JSON.stringify({ ...manifest, keys: sealChecks(deps.vaultKeys), media } satisfies Manifest, null, 2)}\n`,
    { mode: 0o600 },
  )
  await rename(unfinished, folder)
  return {
    tables: manifest.tables.length,
    media: media?.length ?? 0,
    mediaGone: media ? keys.length - media.length : 0,
  }
}

const copyTables = ({ sql, now }: { sql: Sql; now: () => number }, folder: string) =>
  onSnapshot(sql, async (t) => {
    const { schemaVersion, tables, partitions } = await readShape(t)
    const at = new Date(now()).toISOString()
    const copied: Manifest['tables'] = []
    for (const table of tables) {
      const path = tableFile(folder, table.name)
      await pipeline(await copyOut(t, table), createWriteStream(path, { mode: 0o600 }))
      copied.push({ ...table, sha256: await hashOf(path) })
    }
    return {
      format: 1 as const,
      at,
      schemaVersion,
      tables: copied,
      partitions,
      keys: await listStoredKeys(t),
    }
  })

/** Leaves out media that were deleted since the snapshot. */
const copyMedia = async (
  store: MediaStore,
  keys: string[],
  folder: string,
): Promise<NonNullable<Manifest['media']>> => {
  const copied: NonNullable<Manifest['media']> = []
  for (const key of keys) {
    const sizeBytes = await store.size(key)
    if (sizeBytes === null) continue
    await pipeline(store.open(key), createWriteStream(mediaFile(folder, key), { mode: 0o600 }))
    copied.push({ key, sizeBytes })
  }
  return copied
}
