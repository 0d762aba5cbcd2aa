import type { Client } from '@temporalio/client'
import { WorkflowNotFoundError } from '@temporalio/client'
import type { Logger } from 'pino'
import { deleteExpiredConnections } from '../../db/channels/consents.ts'
import { enqueue } from '../../db/notifications/outbox.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import { listConverting } from '../../db/posts/conversions.ts'
import { listImportsUnderWay } from '../../db/posts/imports/imports.ts'
import { listTargetsAlone } from '../../db/posts/lone-targets.ts'
import { listRendering } from '../../db/posts/renditions.ts'
import { listReviewsAlone } from '../../db/posts/reviews/steps.ts'
import { listReportsAlone } from '../../db/reports/schedules.ts'
import { listEndpointsAlone } from '../../db/webhooks/deliveries.ts'
import {
  importWorkflowId,
  mediaWorkflowId,
  reportWorkflowId,
  reviewWorkflowId,
  targetWorkflowId,
} from '../../workflows/names.ts'
import { notifyOfUnread } from '../insights/unread.ts'

export type StartingDeps = { sql: Sql; client: Client; log: Logger; now: () => number }
export type StartingActivities = ReturnType<typeof createStartingActivities>

/**
 * Only targets that are due soon or in progress are checked: others don't need their workflow yet.
 */
const soonMs = 40 * 60_000
/** How many are checked per minute. If there are more, each minute checks a part of them. */
const perMinute = 500

export const createStartingActivities = (deps: StartingDeps) => ({
  /**
   * A safety net for the outbox: enqueues targets again that have no running workflow, for example
   * after a restore or a terminated run.
   */
  reconcileStarts: async (): Promise<{ looked: number; enqueued: number }> => {
    await deleteExpiredConnections(deps.sql) // promise: S1: tokens of abandoned consents
    const turn = Math.floor(deps.now() / 60_000)
    const targets = await listTargetsAlone(deps.sql, { soonMs, limit: perMinute, turn })
    const running = await Promise.all(
      targets.map((id) => isRunning(deps.client, targetWorkflowId(id))),
    )
    const lost = targets.filter((_, index) => !running[index])
    for (const id of lost) await enqueue(deps.sql, 'target', id)
    if (lost.length > 0)
      deps.log.warn({ targets: lost.length }, 'enqueued targets that had no workflow')
    // Checked here and not in the measuring code, because that may be what has stopped.
    await notifyOfUnread(deps.sql, new Date(deps.now()))
    await startLostConversions(deps)
    await startLostReviews(deps, turn)
    await startLostImports(deps)
    await startLostReports(deps, turn)
    // A workflow that runs takes this as a signal.
    for (const id of await listEndpointsAlone(deps.sql, perMinute))
      await enqueue(deps.sql, 'webhook', id)
    return { looked: targets.length, enqueued: lost.length }
  },
})

/** Enqueues files again that something is made from, but that have no running workflow. */
const startLostConversions = async (deps: StartingDeps): Promise<void> => {
  const [converting, rendering] = await Promise.all([
    listConverting(deps.sql, perMinute),
    listRendering(deps.sql, perMinute),
  ])
  for (const id of new Set([...converting, ...rendering]))
    if (!(await isRunning(deps.client, mediaWorkflowId(id)))) await enqueue(deps.sql, 'media', id)
}

/** Enqueues reviews again that wait for someone, but have no running workflow to remind them. */
const startLostReviews = async (deps: StartingDeps, turn: number): Promise<void> => {
  for (const id of await listReviewsAlone(deps.sql, { limit: perMinute, turn }))
    if (!(await isRunning(deps.client, reviewWorkflowId(id)))) await enqueue(deps.sql, 'review', id)
}

/** Enqueues imports again that are under way but have no running workflow. */
const startLostImports = async (deps: StartingDeps): Promise<void> => {
  for (const id of await listImportsUnderWay(deps.sql, perMinute))
    if (!(await isRunning(deps.client, importWorkflowId(id)))) await enqueue(deps.sql, 'import', id)
}

/** Enqueues schedules of reports again that have no running workflow. */
const startLostReports = async (deps: StartingDeps, turn: number): Promise<void> => {
  for (const id of await listReportsAlone(deps.sql, turn))
    if (!(await isRunning(deps.client, reportWorkflowId(id)))) await enqueue(deps.sql, 'report', id)
}

const isRunning = async (client: Client, workflowId: string): Promise<boolean> => {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe()
    return status.name === 'RUNNING'
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false
    throw error
  }
}
