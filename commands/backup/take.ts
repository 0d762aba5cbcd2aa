import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { MediaStore } from '../activities/media-store.ts'
import type { Sql } from '../db/connect.ts'
import { copyOut, onSnapshot, readShape } from '../db/dump.ts'
import { listStoredKeys } from '../db/stored-keys.ts'
import type { VaultKey } from '../db/vault.ts'
import { BackupError, hashOf, type Manifest, mediaFile, sealChecks, tableFile } from './manifest.ts'

export type Taken = { tables: number; media: number; mediaGone: number }

/**
 * Writes everything of CrateSocial into a new folder: all tables as of one moment, while everything goes on running, and the media they
 * name. The vault's keys are not in it. The folder appears when it is complete. Throws a BackupError when it is there already.
 */
export const takeBackup = async (
  deps: { sql: Sql; mediaStore: MediaStore; vaultKeys: VaultKey[]; now: () => number },
  { folder, withMedia }: { folder: string; withMedia: boolean },
): Promise<Taken> => {
  if (await isThere(folder)) throw new BackupError(`${folder} is there already; name a new folder.`)
  const unfinished = `${folder}.unfinished`
  await rm(unfinished, { recursive: true, force: true })
  await mkdir(`${unfinished}/tables`, { recursive: true, mode: 0o700 })
  await mkdir(`${unfinished}/media`, { mode: 0o700 })

  const { keys, ...manifest } = await copyTables(deps, unfinished)
  const media = withMedia ? await copyMedia(deps.mediaStore, keys, unfinished) : null
  await writeFile(
    `${unfinished}/manifest.json`,
    `${JSON.stringify({ ...manifest, keys: sealChecks(deps.vaultKeys), media } satisfies Manifest, null, 2)}\n`,
    { mode: 0o600 },
  )
  await rename(unfinished, folder)
  return { tables: manifest.tables.length, media: media?.length ?? 0, mediaGone: media ? keys.length - media.length : 0 }
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
    return { format: 1 as const, at, schemaVersion, tables: copied, partitions, keys: await listStoredKeys(t) }
  })

/** What was removed since the snapshot is left out: that is what removing means. */
const copyMedia = async (store: MediaStore, keys: string[], folder: string): Promise<NonNullable<Manifest['media']>> => {
  const copied: NonNullable<Manifest['media']> = []
  for (const key of keys) {
    const sizeBytes = await store.size(key)
    if (sizeBytes === null) continue
    await pipeline(store.open(key), createWriteStream(mediaFile(folder, key), { mode: 0o600 }))
    copied.push({ key, sizeBytes })
  }
  return copied
}

const isThere = async (path: string): Promise<boolean> =>
  await stat(path).then(
    async (found) => !found.isDirectory() || (await readdir(path)).length >= 0,
    () => false,
  )
