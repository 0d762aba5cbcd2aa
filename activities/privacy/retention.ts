import { Context } from '@temporalio/activity'
import { remindDeactivated } from '../../db/people/deactivation.ts'
import { tx } from '../../db/postgres/connect.ts'
import { checks } from '../../db/privacy/checks.ts'
import { cutoffOf, hasTable, whatIsLeft } from '../../db/privacy/due-rows.ts'
import { historyDays, rules } from '../../db/privacy/retention.ts'
import type { Rule } from '../../db/privacy/retention-rules/rule.ts'
import { insertSweep } from '../../db/privacy/sweeps.ts'
import { keptDays } from '../../temporal/histories.ts'
import { copyErasedIds } from './erased-ids.ts'
import { type RetentionDeps, removalBatch, removals } from './removals.ts'
import { removeUnclaimedFiles } from './unclaimed-files.ts'

export type RetentionActivities = ReturnType<typeof createRetentionActivities>

/** The names of all rules and checks of a sweep, as in the table sweeps. */
export const sweepNames: string[] = [
  ...rules.map((rule) => rule.name),
  ...checks.map((check) => check.name),
  'histories',
  'unclaimed-files',
]

/**
 * The daily sweep. Each rule runs separately and in small batches, so that it blocks nothing. A
 * late sweep still deletes everything that is due.
 */
export const createRetentionActivities = (deps: RetentionDeps) => ({
  listRules: async (): Promise<string[]> => sweepNames,

  sweepRule: async ({ rule: name }: { rule: string }): Promise<{ removed: number }> => {
    const rule = rules.find((one) => one.name === name)
    if (rule) return await sweep(deps, rule, () => Context.current().heartbeat())
    if (name === 'histories') return await checkHistories(deps)
    if (name !== 'unclaimed-files') return await check(deps, name)
    await removeUnclaimedFiles(deps, () => Context.current().heartbeat())
    return { removed: 0 }
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

export const sweep = async (
  deps: RetentionDeps,
  rule: Rule,
  beat = (): void => undefined,
): Promise<{ removed: number }> => {
  if (!(await hasTable(deps.sql, rule.table))) return { removed: 0 }
  const startedAt = performance.now()
  const at = new Date(deps.now())
  const cutoff = await cutoffOf(deps.sql, rule, at)
  let removed = 0
  for (let gone = removalBatch; gone >= removalBatch; removed += gone) {
    gone = await removals[rule.goes](deps, rule, cutoff, at)
    beat()
  }
  await afterwards[rule.name]?.(deps)
  const left = await whatIsLeft(deps.sql, rule)
  const durationMs = performance.now() - startedAt
  await insertSweep(deps.sql, {
    rule: rule.name,
    removed,
    leftCount: left.count,
    oldestLeftAt: left.oldestAt,
    durationMs,
    at,
  })
  return { removed }
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
