import { Client, Connection, type WorkflowClientInterceptor } from '@temporalio/client'
import type { DataConverter, Payload } from '@temporalio/common'
import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { Sql } from '../db/connect.ts'
import { deleteTold, listWaiting } from '../db/outbox.ts'
import { type Progress, progress, targetWorkflowId, taskQueue } from '../workflows/names.ts'
import { tellTarget } from '../workflows/start.ts'

/** The web's only way to Temporal. Nothing here throws for Temporal being away: pages are complete without it. */
export type Temporal = {
  /** Starts or nudges the targets' workflows within 3 s; what fails, the relay in the worker does. */
  nudge(targetIds: string[]): Promise<void>
  /** What the target's workflow is doing now; null when it does not run or does not answer within 3 s. */
  progress(targetId: string): Promise<Progress | null>
  healthy(): Promise<boolean>
  /** Who asks for work on our task queue, and when they last began to; none when Temporal does not say within 3 s. */
  workers(): Promise<{ identity: string; polledAt: Date }[]>
  /** Running workflows whose code fails again and again; null when Temporal does not say within 3 s. */
  troubled(): Promise<number | null>
  /** Payloads of ours, opened; null when one of them is sealed with a key that we do not hold. */
  open(payloads: Payload[]): Promise<Payload[] | null>
  close(): Promise<void>
}

const deadlineMs = 3_000

export const createTemporal = (deps: {
  config: Config['temporal']
  dataConverter: DataConverter
  sql: Sql
  log: Logger
  taskQueue?: string
  interceptors?: WorkflowClientInterceptor[]
}): Temporal => {
  const client = createClient(deps.config, deps.dataConverter, deps.interceptors)
  const soon = <T>(work: () => Promise<T>): Promise<T> => client.withDeadline(Date.now() + deadlineMs, work)
  return {
    nudge: async (targetIds) => {
      if (targetIds.length === 0) return
      try {
        const rows = await listWaiting(deps.sql, 'target', targetIds)
        await soon(() => Promise.all(targetIds.map((id) => tellTarget(client, id, deps.taskQueue))))
        deps.log.info({ workflows: targetIds.map(targetWorkflowId) }, 'workflows were told')
        await deleteTold(
          deps.sql,
          rows.map((row) => row.id),
        )
      } catch (error) {
        deps.log.info({ err: error, targets: targetIds.length }, 'Temporal was not told at once; the relay will')
      }
    },
    progress: (targetId) =>
      soon(() => client.workflow.getHandle(targetWorkflowId(targetId)).query(progress)).catch((error: unknown) => {
        deps.log.debug({ err: error }, 'no progress from the workflow')
        return null
      }),
    healthy: () =>
      soon(() => client.connection.workflowService.getSystemInfo({})).then(
        () => true,
        () => false,
      ),
    workers: () =>
      soon(() => pollersOf(client, deps.config.namespace, deps.taskQueue ?? taskQueue)).catch((error: unknown) => {
        deps.log.debug({ err: error }, 'no word of the workers')
        return []
      }),
    troubled: () =>
      soon(() => client.workflow.count(inTrouble)).then(
        ({ count }) => count,
        (error: unknown) => {
          deps.log.debug({ err: error }, 'no word of workflows in trouble')
          return null
        },
      ),
    open: async (payloads) => {
      try {
        return await open(deps.dataConverter, payloads)
      } catch (error) {
        deps.log.warn({ err: error }, 'a payload did not open')
        return null
      }
    },
    close: () => client.connection.close(),
  }
}

/** Set by the cluster itself, after about six failures of a workflow task. */
export const inTrouble =
  "ExecutionStatus = 'Running' and TemporalReportedProblems in ('category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut')"

const workflowTasks = 1 // temporal.api.enums.v1.TaskQueueType

const pollersOf = async ({ connection }: { connection: Connection }, namespace: string, queue: string) => {
  const request = { namespace, taskQueue: { name: queue }, taskQueueType: workflowTasks }
  const { pollers } = await connection.workflowService.describeTaskQueue(request)
  return (pollers ?? []).map(({ identity, lastAccessTime }) => ({
    identity: identity ?? '',
    polledAt: new Date(Number(lastAccessTime?.seconds ?? 0) * 1_000),
  }))
}

const open = async ({ payloadCodecs = [] }: DataConverter, payloads: Payload[]): Promise<Payload[]> => {
  let opened = payloads
  for (const codec of payloadCodecs.toReversed()) opened = await codec.decode(opened)
  return opened
}

/** Connects at the first call: the process starts while Temporal is away. */
export const createClient = (
  config: Config['temporal'],
  dataConverter: DataConverter,
  workflow: WorkflowClientInterceptor[] = [],
): Client & { connection: Connection } => {
  const connection = Connection.lazy(connectionOptions(config))
  const { namespace } = config
  return Object.assign(new Client({ connection, namespace, dataConverter, interceptors: { workflow } }), { connection })
}

/** The same for client and worker: address, and TLS or API key where the cluster wants them. */
export const connectionOptions = ({ address, apiKey, tls, metadata }: Config['temporal']) => ({ address, apiKey, tls, metadata })
