import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { VaultKey } from '../../config/values.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import { copyIn, emptySchema, loadTables } from '../../db/postgres/dump.ts'
import { refuseOldServer } from '../../db/postgres/fitness.ts'
import { migrate } from '../../db/postgres/migrate.ts'
import { newestVersion } from '../../db/postgres/migration-files.ts'
import {
  dropRestoredExports,
  holdBackUncertain,
  tellEverything,
} from '../../db/postgres/restored.ts'
import { refuseUnreadable } from '../../db/vault/sealed.ts'
import { createVault } from '../../db/vault/vault.ts'
import { unlessMissing } from '../../media/missing-file.ts'
import type { MediaStore } from '../../media/store.ts'
import {
  BackupError,
  hashOf,
  type Manifest,
  mediaFile,
  readManifest,
  refuseOtherKeys,
  tableFile,
} from './manifest.ts'
import { repeatErasures } from './repeat-erasures.ts'

export type Restored = {
  at: Date
  tables: number
  media: number
  heldBack: number
  told: number
  /** Data that was deleted after the backup was made, so it was deleted again after restoring. */
  deletedAgain: Awaited<ReturnType<typeof repeatErasures>>
}

/**
 * Restores a backup into an empty database. Before writing anything, refuses an incomplete backup,
 * one encrypted with other keys, one of a newer version, and a database in use. Afterwards every
 * program may be started: the relay starts the workflows again, and posts that may have been
 * published since the backup wait for a person's decision.
 */
export const restoreBackup = async (
  deps: { sql: Sql; mediaStore: MediaStore; vaultKeys: VaultKey[]; now: () => number },
  folder: string,
  /** A list of deleted data, or the media folder of the lost installation, which contains one. */
  erased?: string,
): Promise<Restored> => {
  await refuseOldServer(deps.sql)
  const manifest = await readManifest(folder)
  refuseOtherKeys(manifest, deps.vaultKeys)
  await refuseDamaged(manifest, folder)
  if (manifest.schemaVersion > (await newestVersion()))
    throw new BackupError(
      'This backup was made by a newer version of CrateSocial. Restore it with that version.',
    )
  if (!(await emptySchema(deps.sql)))
    throw new BackupError(
      'The database is in use: it has user accounts. Restore into an empty database.',
    )

  const vault = createVault(deps.vaultKeys)
  await migrate(deps.sql, manifest.schemaVersion)
  const media = await putMedia(deps.mediaStore, manifest, folder)
  const at = new Date(manifest.at)
  const counts = { heldBack: 0, told: 0 }
  await loadTables(
    deps.sql,
    manifest,
    async (t, table) =>
      pipeline(createReadStream(tableFile(folder, table.name)), await copyIn(t, table)),
    async (t) => {
      await refuseUnreadable(t, vault)
      counts.heldBack = await holdBackUncertain(t, at, new Date(deps.now()))
      counts.told = await tellEverything(t)
    },
  )
  await migrate(deps.sql)
  for (const key of await dropRestoredExports(deps.sql)) await deps.mediaStore.remove(key)
  const deletedAgain = await repeatErasures({ ...deps, vault }, erased)
  return { at, tables: manifest.tables.length, media, ...counts, deletedAgain }
}

const refuseDamaged = async ({ tables, media }: Manifest, folder: string): Promise<void> => {
  for (const { name, sha256 } of tables)
    if ((await unlessMissing(hashOf(tableFile(folder, name)))) !== sha256)
      throw new BackupError(
        `${tableFile(folder, name)} doesn’t match the backup’s checksum. Nothing was written.`,
      )
  for (const { key, sizeBytes } of media ?? []) {
    const found = await unlessMissing(stat(mediaFile(folder, key)))
    if (found?.size !== sizeBytes)
      throw new BackupError(
        `${mediaFile(folder, key)} doesn’t match the backup’s checksum. Nothing was written.`,
      )
  }
}

const putMedia = async (
  store: MediaStore,
  { media }: Manifest,
  folder: string,
): Promise<number> => {
  for (const { key } of media ?? []) await store.put(key, createReadStream(mediaFile(folder, key)))
  return media?.length ?? 0
}
