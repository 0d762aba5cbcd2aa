import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Context } from '@temporalio/activity'
import { giveUpRevocations } from '../../db/channels/revocations.ts'
import { dropAgedViews } from '../../db/insights/snapshots.ts'
import { remindDeactivated } from '../../db/people/deactivation.ts'
import { type Sql, tx } from '../../db/postgres/connect.ts'
import { checks } from '../../db/privacy/checks.ts'
import { openDeletionRequest } from '../../db/privacy/deletion-requests.ts'
import { listFilesToRemove, markFilesRemoved } from '../../db/privacy/due-files.ts'
import {
  cutoffOf,
  deleteDueRows,
  dropDueMonths,
  hasTable,
  listDueAccounts,
  listDueGrants,
  purgeDueMedia,
  whatIsLeft,
} from '../../db/privacy/due-rows.ts'
import { deleteExport, listDueExports } from '../../db/privacy/exports.ts'
import { historyDays, rules } from '../../db/privacy/retention.ts'
import type { Rule } from '../../db/privacy/retention-rules/rule.ts'
import { insertSweep } from '../../db/privacy/sweeps.ts'
import { dropSealedHandles } from '../../db/vault/sealed-handles.ts'
import type { Vault } from '../../db/vault/vault.ts'
import { unlessMissing } from '../../media/missing-file.ts'
import type { MediaStore } from '../../media/store.ts'
import { type HistoryDeps, keptDays } from '../../temporal/histories.ts'
import { copyErasedIds } from './erased-ids.ts'
import { erasePlatformData } from './platform-erasure.ts'

export type RetentionDeps = HistoryDeps & { sql: Sql; vault: Vault; mediaStore: MediaStore; now: () => number }
export type RetentionActivities = ReturnType<typeof createRetentionActivities>

const batch = 500

/** The names of all rules and checks of a sweep, as in the table sweeps. */
export const sweepNames: string[] = [...rules.map((rule) => rule.name), ...checks.map((check) => check.name), 'histories']

/**
 * The daily sweep. Each rule runs separately and in small batches, so that it blocks nothing. A
 * late sweep still deletes everything that is due.
 */
export const createRetentionActivities = (deps: RetentionDeps) => ({
  listRules: async (): Promise<string[]> => sweepNames,

  sweepRule: async ({ rule: name }: { rule: string }): Promise<{ removed: number }> => {
    const rule = rules.find((one) => one.name === name)
    if (rule) return await sweep(deps, rule, () => Context.current().heartbeat())
    return name === 'histories' ? await checkHistories(deps) : await check(deps, name)
  },
})

/**
 * What else runs nightly after a rule. Copying the ids includes those that an admin's deletion
 * added.
 */
const afterwards: Record<string, (deps: RetentionDeps) => Promise<void>> = {
  erased_ids: copyErasedIds,
  accounts: ({ sql, now }) => tx(sql, (t) => remindDeactivated(t, new Date(now()))),
}

export const sweep = async (deps: RetentionDeps, rule: Rule, beat = (): void => undefined): Promise<{ removed: number }> => {
  if (!(await hasTable(deps.sql, rule.table))) return { removed: 0 }
  const startedAt = performance.now()
  const at = new Date(deps.now())
  const cutoff = await cutoffOf(deps.sql, rule, at)
  let removed = 0
  for (let gone = batch; gone >= batch; removed += gone) {
    gone = await removals[rule.goes](deps, rule, cutoff, at)
    beat()
  }
  await afterwards[rule.name]?.(deps)
  const left = await whatIsLeft(deps.sql, rule)
  const durationMs = performance.now() - startedAt
  await insertSweep(deps.sql, { rule: rule.name, removed, leftCount: left.count, oldestLeftAt: left.oldestAt, durationMs, at })
  return { removed }
}

type Removal = (deps: RetentionDeps, rule: Rule, cutoff: Date, now: Date) => Promise<number>

const removals: Record<Rule['goes'], Removal> = {
  row: ({ sql }, rule, cutoff) => deleteDueRows(sql, rule, cutoff, batch),
  // promise: R3: whole months first, then single rows of the month in which the term ends
  month: async ({ sql }, rule, cutoff) => (await dropDueMonths(sql, cutoff)) + (await deleteDueRows(sql, rule, cutoff, batch)),
  // promise: R4: the URL stops working first, then the file is deleted. The next sweep finishes one
  // that was interrupted.
  media: async (deps, rule, cutoff, now) => {
    const purged = await purgeDueMedia(deps.sql, rule, cutoff, batch, now)
    for (let left = true; left; ) left = await removeFiles(deps, now)
    await removeStaleUploads(await deps.mediaStore.scratch(), now)
    return purged
  },
  revocation: ({ sql }, _rule, cutoff, now) => giveUpRevocations(sql, cutoff, batch, now),
  handles: ({ sql }, _rule, cutoff) => dropSealedHandles(sql, cutoff, batch),
  ages: ({ sql }, _rule, cutoff) => dropAgedViews(sql, cutoff, batch),
  export: async (deps, _rule, cutoff) => {
    const due = await listDueExports(deps.sql, cutoff, batch)
    for (const one of due) {
      if (one.storeKey) await deps.mediaStore.remove(one.storeKey)
      await deleteExport(deps.sql, one.id)
    }
    return due.length
  },
  // promise: R1: the same deletion as when the person requests it
  erasure: async (deps, _rule, cutoff, now) => {
    const due = await listDueAccounts(deps.sql, cutoff, batch)
    for (const userId of due) await tx(deps.sql, (t) => openDeletionRequest(t, deps.vault, { origin: 'retention', userId, now }))
    return due.length
  },
  // promise: E5: whoever removed CrateSocial at the platform doesn't have to ask us too
  platform: async (deps, rule, cutoff) => {
    const due = await listDueGrants(deps.sql, rule, cutoff, 50)
    await erasePlatformData(deps, due, { why: 'removed' })
    return due.length === 50 ? batch : due.length
  },
}

/** Deletes partial uploads of a killed process: after a day, nobody is uploading them any more. */
const removeStaleUploads = async (folder: string, now: Date): Promise<void> => {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const found = await unlessMissing(stat(path)) // null: finished in the meantime
    if (found && now.getTime() - found.mtimeMs > 86_400_000) await rm(path, { recursive: true, force: true })
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

const check = async (deps: RetentionDeps, name: string): Promise<{ removed: number }> => {
  const found = checks.find((one) => one.name === name)
  if (!found) throw new Error(`there is no rule ${name}`)
  const startedAt = performance.now()
  const { all, wrong } = await found.look(deps.sql)
  const at = new Date(deps.now())
  await insertSweep(deps.sql, {
    rule: name,
    removed: wrong,
    leftCount: all,
    oldestLeftAt: null,
    durationMs: performance.now() - startedAt,
    at,
  })
  return { removed: 0 }
}

/**
 * promise: S6: checks how long the Temporal namespace keeps closed workflows. `leftCount`: that
 * time in days, rounded up. `removed`: 1 if it is longer than the policy says.
 */
const checkHistories = async (deps: RetentionDeps): Promise<{ removed: number }> => {
  const startedAt = performance.now()
  const days = await keptDays(deps)
  await insertSweep(deps.sql, {
    rule: 'histories',
    removed: days > historyDays ? 1 : 0,
    leftCount: Math.ceil(Math.min(days, foreverDays)),
    oldestLeftAt: null,
    durationMs: performance.now() - startedAt,
    at: new Date(deps.now()),
  })
  return { removed: 0 }
}

/** Stored in the table if the namespace archives. */
const foreverDays = 99_999
