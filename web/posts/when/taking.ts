import type { TransactionSql } from 'postgres'
import { lockSlots } from '../../../db/posts/slots.ts'
import { listTargets } from '../../../db/posts/targets.ts'
import type { JsonRecord } from '../../../platforms/json.ts'
import type { Composer } from '../composer.ts'
import { isSlotChoice } from './choice.ts'
import { type Plan, planOfSlots } from './plan.ts'
import { findSlots } from './slots.ts'

/**
 * The times at which the post goes out. Locks the slots first, so that of two people who schedule at
 * the same moment, the second gets the next slot.
 */
export const takeTimes = async (
  t: TransactionSql,
  { workspace, post, form }: Composer,
  wanted: Plan,
  nowMs: number,
): Promise<Plan> => {
  await lockSlots(t, workspace.id)
  if (form.act === 'now' || !isSlotChoice(form.time)) return wanted
  const channelIds = [...wanted.keys()]
  const found = await findSlots(t, { workspace, channelIds, postId: post?.id ?? null, nowMs })
  const plan = planOfSlots(found[form.time])
  if (plan.size < channelIds.length) throw new Error('the last free slot was just taken')
  return plan
}

/** The times by target, if they differ, for the words that say what was done. */
export const ownTimes = async (
  t: TransactionSql,
  ref: { workspaceId: string; postId: string },
  plan: Plan,
): Promise<{ times?: JsonRecord }> => {
  if (new Set([...plan.values()].map((due) => due.dueAt.getTime())).size < 2) return {}
  const targets = await listTargets(t, ref)
  const planned = targets.filter((target) => plan.has(target.channelId))
  return { times: Object.fromEntries(planned.map(({ id, dueAt }) => [id, dueAt.toISOString()])) }
}
