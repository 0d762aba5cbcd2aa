import type { Client } from '@temporalio/client'
import { WorkflowNotFoundError } from '@temporalio/client'
import type { Logger } from 'pino'
import type { Sql } from '../db/connect.ts'
import { listTargetsAlone } from '../db/lone-targets.ts'
import { enqueue } from '../db/outbox.ts'
import { targetWorkflowId } from '../workflows/names.ts'

export type StartingDeps = { sql: Sql; client: Client; log: Logger }
export type StartingActivities = ReturnType<typeof createStartingActivities>

/** Only what comes due soon, or is under way, is looked at: a lost workflow matters when there is something to do. */
const soonMs = 40 * 60_000
const batch = 500

export const createStartingActivities = (deps: StartingDeps) => ({
  /** The net under the outbox: a target without a running workflow is enqueued again, whatever lost it (a restored database, a terminated run). */
  reconcileStarts: async (): Promise<{ looked: number; enqueued: number }> => {
    const targets = await listTargetsAlone(deps.sql, { soonMs, limit: batch })
    const running = await Promise.all(targets.map((id) => isRunning(deps.client, id)))
    const lost = targets.filter((_, index) => !running[index])
    for (const id of lost) await enqueue(deps.sql, 'target', id)
    if (lost.length > 0) deps.log.warn({ targets: lost.length }, 'targets without a workflow were enqueued again')
    return { looked: targets.length, enqueued: lost.length }
  },
})

const isRunning = async (client: Client, targetId: string): Promise<boolean> => {
  try {
    const { status } = await client.workflow.getHandle(targetWorkflowId(targetId)).describe()
    return status.name === 'RUNNING'
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false
    throw error
  }
}
