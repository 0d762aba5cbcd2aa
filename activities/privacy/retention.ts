import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Context } from '@temporalio/activity'
import { checks } from '../db/checks.ts'
import { type Sql, tx } from '../db/connect.ts'
import { openDeletionRequest } from '../db/deletion-requests.ts'
import { deletePlatformData } from '../db/erasure.ts'
import { deleteExport, listDueExports } from '../db/exports.ts'
import {
  cutoffOf,
  deleteDueRows,
  dropDueMonths,
  hasTable,
  historyDays,
  listDueAccounts,
  listDueGrants,
  listFilesToRemove,
  markFilesRemoved,
  purgeDueMedia,
  type Rule,
  rules,
  whatIsLeft,
} from '../db/retention.ts'
import { insertSweep } from '../db/sweeps.ts'
import { grantWorkflowId, targetWorkflowId } from '../workflows/names.ts'
import { deleteHistories, type HistoryDeps, keptDays } from './histories.ts'
import type { MediaStore } from './media-store.ts'
import { unlessMissing } from './missing-file.ts'

export type RetentionDeps = HistoryDeps & { sql: Sql; mediaStore: MediaStore; now: () => number }
export type RetentionActivities = ReturnType<typeof createRetentionActivities>

const batch = 500

/** The daily sweep. Each rule by itself, in small batches, so that nobody waits for it; what is due is due however late it comes. */
export const createRetentionActivities = (deps: RetentionDeps) => ({
  listRules: async (): Promise<string[]> => [
    ...rules.map((rule) => rule.name),
    ...checks.map((check) => check.name),
    'histories',
  ],

  sweepRule: async ({ rule: name }: { rule: string }): Promise<{ removed: number }> => {
    const rule = rules.find((one) => one.name === name)
    if (rule) return await sweep(deps, rule, () => Context.current().heartbeat())
    return name === 'histories' ? await checkHistories(deps) : await check(deps, name)
  },
})

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
  const left = await whatIsLeft(deps.sql, rule)
  const durationMs = performance.now() - startedAt
  await insertSweep(deps.sql, { rule: rule.name, removed, leftCount: left.count, oldestLeftAt: left.oldestAt, durationMs, at })
  return { removed }
}

type Removal = (deps: RetentionDeps, rule: Rule, cutoff: Date, now: Date) => Promise<number>

const removals: Record<Rule['goes'], Removal> = {
  row: ({ sql }, rule, cutoff) => deleteDueRows(sql, rule, cutoff, batch),
  // promise: R3: of the month in which the term ends, single rows; what is before it, whole months
  month: async ({ sql }, rule, cutoff) => (await dropDueMonths(sql, cutoff)) + (await deleteDueRows(sql, rule, cutoff, batch)),
  // promise: R4: first the address says that it is gone, then the bytes go; a sweep that dies in between is finished by the next.
  media: async (deps, rule, cutoff, now) => {
    const purged = await purgeDueMedia(deps.sql, rule, cutoff, batch, now)
    for (let left = true; left; ) left = await removeFiles(deps, now)
    await removeStaleUploads(await deps.mediaStore.scratch(), now)
    return purged
  },
  export: async (deps, _rule, cutoff) => {
    const due = await listDueExports(deps.sql, cutoff, batch)
    for (const one of due) {
      if (one.storeKey) await deps.mediaStore.remove(one.storeKey)
      await deleteExport(deps.sql, one.id)
    }
    return due.length
  },
  // promise: R1: the same way out as for a person who asks
  erasure: async (deps, _rule, cutoff, now) => {
    const due = await listDueAccounts(deps.sql, cutoff, batch)
    for (const userId of due) await tx(deps.sql, (t) => openDeletionRequest(t, { origin: 'retention', userId, now }))
    return due.length
  },
  // promise: E5: whoever removed the product at the platform need not ask us as well
  platform: async (deps, rule, cutoff) => {
    const due = await listDueGrants(deps.sql, rule, cutoff, 50)
    const histories = due.flatMap(({ id, targetIds }) => [
      grantWorkflowId(id),
      ...targetIds.map((target) => targetWorkflowId(target)),
    ])
    await deleteHistories(deps, histories)
    const ids = due.map(({ id }) => id)
    await tx(deps.sql, (t) => deletePlatformData(t, ids))
    await deleteHistories(deps, histories) // what was told meanwhile
    return due.length === 50 ? batch : due.length
  },
}

/** What a process that was killed left on its way in: after a day nobody is uploading it any more. */
const removeStaleUploads = async (folder: string, now: Date): Promise<void> => {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    const found = await unlessMissing(stat(path)) // none: finished meanwhile
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

/** promise: S6: what Temporal keeps of workflows that have ended goes by its namespace's own term. */
const checkHistories = async (deps: RetentionDeps): Promise<{ removed: number }> => {
  const startedAt = performance.now()
  const days = await keptDays(deps)
  const durationMs = performance.now() - startedAt
  const wrong = days > historyDays ? 1 : 0
  await insertSweep(deps.sql, {
    rule: 'histories',
    removed: wrong,
    leftCount: 1,
    oldestLeftAt: null,
    durationMs,
    at: new Date(deps.now()),
  })
  return { removed: 0 }
}
