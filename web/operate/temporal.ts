import type { Connection, WorkflowClientInterceptor } from '@temporalio/client'
import type { DataConverter, Payload } from '@temporalio/common'
import type { Logger } from 'pino'
import type { Config } from '../../config/index.ts'
import { deleteHandled, listWaiting } from '../../db/notifications/outbox.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import { notifyTarget } from '../../temporal/start.ts'
import { type Progress, progress, targetWorkflowId, taskQueue } from '../../workflows/names.ts'
import { remembered } from '../http/remembered.ts'
import { createClient } from './temporal-client.ts'

/**
 * The web server's access to Temporal. If Temporal is down, nothing here throws, because pages are
 * complete without it.
 */
export type Temporal = {
  /**
   * Starts or signals the targets' workflows, within 3 s. Returns immediately: the outbox already
   * has them, so if this fails, the relay in the worker does it.
   */
  signalTargets(targetIds: string[]): void
  /** What the target's workflow is doing. Null if it doesn't run or doesn't answer within 3 s. */
  progress(targetId: string): Promise<Progress | null>
  healthy(): Promise<boolean>
  /**
   * The workers that poll our task queue, with the start of their last poll. Empty if Temporal
   * doesn't answer within 3 s.
   */
  workers(): Promise<{ identity: string; polledAt: Date }[]>
  /**
   * The number of running workflows whose code keeps failing. Null if Temporal doesn't answer
   * within 3 s.
   */
  troubled(): Promise<number | null>
  /** Decrypts payloads. Null if one is encrypted with a key that is not in VAULT_KEYS. */
  open(payloads: Payload[]): Promise<Payload[] | null>
  close(): Promise<void>
}

const deadlineMs = 3_000
/** Results are cached this long, because probes and pages may ask many times a second. */
const freshMs = 1_000

export const createTemporal = (deps: {
  config: Config['temporal']
  dataConverter: DataConverter
  sql: Sql
  log: Logger
  taskQueue?: string
  interceptors?: WorkflowClientInterceptor[]
}): Temporal => {
  const client = createClient(deps.config, deps.dataConverter, deps.interceptors)
  const soon = <T>(work: () => Promise<T>): Promise<T> =>
    client.withDeadline(Date.now() + deadlineMs, work)
  const underWay = new Set<Promise<void>>()
  const notify = async (targetIds: string[]): Promise<void> => {
    try {
      const rows = await listWaiting(deps.sql, 'target', targetIds)
      await soon(() => Promise.all(targetIds.map((id) => notifyTarget(client, id, deps.taskQueue))))
      deps.log.info(
        { workflows: targetIds.map(targetWorkflowId) },
        'workflows were started or signaled',
      )
      await deleteHandled(
        deps.sql,
        rows.map((row) => row.id),
      )
    } catch (error) {
      deps.log.info(
        { err: error, targets: targetIds.length },
        'Temporal did not answer in time; the relay will start the workflows',
      )
    }
  }
  return {
    signalTargets: (targetIds) => {
      if (targetIds.length === 0) return
      const notifying = notify(targetIds).finally(() => underWay.delete(notifying))
      underWay.add(notifying)
    },
    progress: (targetId) =>
      soon(() => client.workflow.getHandle(targetWorkflowId(targetId)).query(progress)).catch(
        (error: unknown) => {
          deps.log.debug({ err: error }, 'could not query the progress of a workflow')
          return null
        },
      ),
    healthy: remembered(freshMs, () =>
      soon(() => client.connection.workflowService.getSystemInfo({})).then(
        () => true,
        () => false,
      ),
    ),
    workers: remembered(freshMs, () =>
      soon(() => pollersOf(client, deps.config.namespace, deps.taskQueue ?? taskQueue)).catch(
        (error: unknown) => {
          deps.log.debug({ err: error }, 'could not list the workers')
          return []
        },
      ),
    ),
    troubled: remembered(freshMs, () =>
      soon(() => client.workflow.count(inTrouble)).then(
        ({ count }) => count,
        (error: unknown) => {
          deps.log.debug({ err: error }, 'could not list workflows in trouble')
          return null
        },
      ),
    ),
    open: async (payloads) => {
      try {
        return await open(deps.dataConverter, payloads)
      } catch (error) {
        deps.log.warn({ err: error }, 'could not decrypt a payload')
        return null
      }
    },
    close: async () => {
      await Promise.all(underWay)
      await client.connection.close()
    },
  }
}

/**
 * A visibility query. The cluster sets this attribute after about six failures of a workflow task.
 */
export const inTrouble =
  "ExecutionStatus = 'Running' and TemporalReportedProblems in ('category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut')"

const workflowTasks = 1 // temporal.api.enums.v1.TaskQueueType

/** The workers that poll a queue for workflow tasks. */
export const pollersOf = async (
  { connection }: { connection: Connection },
  namespace: string,
  queue: string,
) => {
  const request = { namespace, taskQueue: { name: queue }, taskQueueType: workflowTasks }
  const { pollers } = await connection.workflowService.describeTaskQueue(request)
  return (pollers ?? []).map(({ identity, lastAccessTime }) => ({
    identity: identity ?? '',
    polledAt: new Date(Number(lastAccessTime?.seconds ?? 0) * 1_000),
  }))
}

/** Payloads that are not encrypted are shown unchanged. Only workers refuse them. */
const isSealed = ({ metadata }: Payload): boolean =>
  Buffer.from(metadata?.encoding ?? []).toString() === 'binary/encrypted'

const open = async (
  { payloadCodecs = [] }: DataConverter,
  payloads: Payload[],
): Promise<Payload[]> => {
  let opened = payloads
  for (const codec of payloadCodecs.toReversed())
    opened = await Promise.all(
      opened.map(async (one) => (isSealed(one) ? ((await codec.decode([one]))[0] ?? one) : one)),
    )
  return opened
}
