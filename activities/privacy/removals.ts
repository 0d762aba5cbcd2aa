import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { giveUpRevocations } from '../../db/channels/revocation-endings.ts'
import { dropAgedViews } from '../../db/insights/snapshots.ts'
import { type Sql, tx } from '../../db/postgres/connect.ts'
import { openDeletionRequest } from '../../db/privacy/deletion-requests.ts'
import { listFilesToRemove, markFilesRemoved } from '../../db/privacy/due-files.ts'
import {
  deleteDueRows,
  dropDueMonths,
  listDueAccounts,
  listDueGrants,
  purgeDueMedia,
} from '../../db/privacy/due-rows.ts'
import { deleteExport, listDueExports } from '../../db/privacy/exports.ts'
import type { Rule } from '../../db/privacy/retention-rules/rule.ts'
import { dropSealedHandles } from '../../db/vault/sealed-handles.ts'
import type { Vault } from '../../db/vault/vault.ts'
import { unlessMissing } from '../../media/missing-file.ts'
import type { MediaStore } from '../../media/store.ts'
import type { HistoryDeps } from '../../temporal/histories.ts'
import { erasePlatformData } from './platform-erasure.ts'

export type RetentionDeps = HistoryDeps & {
  sql: Sql
  vault: Vault
  mediaStore: MediaStore
  now: () => number
}

export const removalBatch = 500

type Removal = (deps: RetentionDeps, rule: Rule, cutoff: Date, now: Date) => Promise<number>

export const removals: Record<Rule['goes'], Removal> = {
  row: ({ sql }, rule, cutoff) => deleteDueRows(sql, rule, cutoff, removalBatch),
  // promise: R3: whole months first, then single rows of the month in which the term ends
  month: async ({ sql }, rule, cutoff) =>
    (await dropDueMonths(sql, cutoff)) + (await deleteDueRows(sql, rule, cutoff, removalBatch)),
  // promise: R4: the URL stops working first, then the file is deleted. The next sweep finishes one
  // that was interrupted.
  media: async (deps, rule, cutoff, now) => {
    const purged = await purgeDueMedia(deps.sql, rule, cutoff, removalBatch, now)
    for (let left = true; left; ) left = await removeFiles(deps, now)
    await removeStaleUploads(await deps.mediaStore.scratch(), now)
    return purged
  },
  revocation: ({ sql }, _rule, cutoff, now) => giveUpRevocations(sql, cutoff, removalBatch, now),
  handles: ({ sql }, _rule, cutoff) => dropSealedHandles(sql, cutoff, removalBatch),
  ages: ({ sql }, _rule, cutoff) => dropAgedViews(sql, cutoff, removalBatch),
  export: async (deps, _rule, cutoff) => {
    const due = await listDueExports(deps.sql, cutoff, removalBatch)
    for (const one of due) {
      if (one.storeKey) await deps.mediaStore.remove(one.storeKey)
      await deleteExport(deps.sql, one.id)
    }
    return due.length
  },
  // promise: R1: the same deletion as when the person requests it
  erasure: async (deps, _rule, cutoff, now) => {
    const due = await listDueAccounts(deps.sql, cutoff, removalBatch)
    for (const userId of due)
      await tx(deps.sql, (t) =>
        openDeletionRequest(t, deps.vault, { origin: 'retention', userId, now }),
      )
    return due.length
  },
  // promise: E5: whoever removed CrateSocial at the platform doesn't have to ask us too
  platform: async (deps, rule, cutoff) => {
    const due = await listDueGrants(deps.sql, rule, cutoff, 50)
    await erasePlatformData(deps, due, { why: 'removed' })
    return due.length === 50 ? removalBatch : due.length
  },
}

/** Deletes partial uploads of a killed process: after a day, nobody is uploading them any more. */
const removeStaleUploads = async (folder: string, now: Date): Promise<void> => {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const found = await unlessMissing(stat(path)) // null: finished in the meantime
    if (found && now.getTime() - found.mtimeMs > 86_400_000)
      await rm(path, { recursive: true, force: true })
  }
}

const removeFiles = async ({ sql, mediaStore }: RetentionDeps, now: Date): Promise<boolean> => {
  const files = await listFilesToRemove(sql, 100)
  for (const key of files.flatMap((file) => file.keys)) await mediaStore.remove(key)
  await markFilesRemoved(
    sql,
    files.map((file) => file.id),
    now,
  )
  return files.length === 100
}
