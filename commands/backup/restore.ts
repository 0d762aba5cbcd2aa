import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { MediaStore } from '../activities/media-store.ts'
import { unlessMissing } from '../activities/missing-file.ts'
import type { Sql } from '../db/connect.ts'
import { copyIn, emptySchema, loadTables } from '../db/dump.ts'
import { migrate, newestVersion } from '../db/migrate.ts'
import { holdBackUncertain, tellEverything } from '../db/restored.ts'
import { refuseUnreadable } from '../db/sealed.ts'
import { createVault, type VaultKey } from '../db/vault.ts'
import { BackupError, hashOf, type Manifest, mediaFile, readManifest, refuseOtherKeys, tableFile } from './manifest.ts'

export type Restored = { at: Date; tables: number; media: number; heldBack: number; told: number }

/**
 * Fills an empty place from a backup. Refuses, before anything is written, what is no whole backup, what other keys have sealed, what a
 * newer version has made, and a database that somebody uses. Afterwards every program may be started: the relay tells Temporal again
 * what it has to drive, and what may have gone out since the backup waits for a person.
 */
export const restoreBackup = async (
  deps: { sql: Sql; mediaStore: MediaStore; vaultKeys: VaultKey[]; now: () => number },
  folder: string,
): Promise<Restored> => {
  const manifest = await readManifest(folder)
  refuseOtherKeys(manifest, deps.vaultKeys)
  await refuseDamaged(manifest, folder)
  if (manifest.schemaVersion > (await newestVersion()))
    throw new BackupError('This backup was made by a newer version of CrateSocial. Restore it with that version.')
  if (!(await emptySchema(deps.sql)))
    throw new BackupError('The database is in use: somebody has an account in it. Restore into an empty one.')

  await migrate(deps.sql, manifest.schemaVersion)
  const media = await putMedia(deps.mediaStore, manifest, folder)
  const at = new Date(manifest.at)
  const counts = { heldBack: 0, told: 0 }
  await loadTables(
    deps.sql,
    manifest,
    async (t, table) => pipeline(createReadStream(tableFile(folder, table.name)), await copyIn(t, table)),
    async (t) => {
      await refuseUnreadable(t, createVault(deps.vaultKeys))
      counts.heldBack = await holdBackUncertain(t, at, new Date(deps.now()))
      counts.told = await tellEverything(t)
    },
  )
  await migrate(deps.sql)
  return { at, tables: manifest.tables.length, media, ...counts }
}

const refuseDamaged = async ({ tables, media }: Manifest, folder: string): Promise<void> => {
  for (const { name, sha256 } of tables)
    if ((await unlessMissing(hashOf(tableFile(folder, name)))) !== sha256)
      throw new BackupError(`${tableFile(folder, name)} is not what was backed up. Nothing was written.`)
  for (const { key, sizeBytes } of media ?? []) {
    const found = await unlessMissing(stat(mediaFile(folder, key)))
    if (found?.size !== sizeBytes)
      throw new BackupError(`${mediaFile(folder, key)} is not what was backed up. Nothing was written.`)
  }
}

const putMedia = async (store: MediaStore, { media }: Manifest, folder: string): Promise<number> => {
  for (const { key } of media ?? []) await store.put(key, createReadStream(mediaFile(folder, key)))
  return media?.length ?? 0
}
