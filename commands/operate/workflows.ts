import {
  type Client,
  isGrpcDeadlineError,
  isGrpcServiceError,
  ServiceError,
  WorkflowNotFoundError,
} from '@temporalio/client'
import { createDataConverter } from '../../temporal/data-converter.ts'
import { inTrouble } from '../../web/operate/temporal.ts'
import { createClient } from '../../web/operate/temporal-client.ts'
import { backgroundTaskQueue, progress, taskQueue } from '../../workflows/names.ts'
import { type OperateDeps, only, Unfit } from './command.ts'
import type { Answer, Row } from './table.ts'

const types = [
  'publishTarget',
  'keepGrantAlive',
  'disconnectChannel',
  'eraseUser',
  'exportData',
  'renderMedia',
  'announcePolicy',
  'measureShard',
  'enforceRetention',
  'reconcileStarts',
  'extendSeries',
]
const deadlineMs = 10_000

/** Shows only ids and types, because the content of workflows is encrypted. */
export const listWorkflows = (deps: OperateDeps): Promise<Answer> =>
  withClient(deps, async (client) => {
    const running = await Promise.all(
      types.map(async (type) => {
        const { count } = await client.workflow.count(
          `WorkflowType = '${type}' and ExecutionStatus = 'Running'`,
        )
        return { workflow: type, running: count }
      }),
    )
    const troubled: Row[] = []
    for await (const { workflowId } of client.workflow.list({ query: inTrouble })) {
      if (troubled.length < 50) troubled.push({ workflow: `in trouble: ${workflowId}`, running: 1 })
    }
    return { rows: [...running, ...troubled] }
  })

export const showWorkflow = (deps: OperateDeps, args: string[]): Promise<Answer> =>
  withClient(deps, async (client) => {
    const handle = client.workflow.getHandle(only(args, 'workflow id, such as target-…'))
    const found = await handle.describe().catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError)
        throw new Unfit('There is no such workflow, or its retention has ended.')
      throw error
    })
    const isDriven =
      ['publishTarget', 'keepGrantAlive'].includes(found.type) && found.status.name === 'RUNNING'
    const now = isDriven ? await handle.query(progress).catch(unlessNoWorker) : null
    const facts: Row = {
      type: found.type,
      status: found.status.name,
      since: found.startTime,
      ended: found.closeTime ?? null,
      events: found.historyLength,
      step: now?.step ?? (isDriven ? 'no worker says' : null),
      until: now?.until ? new Date(now.until) : null,
      rounds: now?.rounds ?? null,
    }
    return { rows: Object.entries(facts).map(([what, value]) => ({ what, value })) }
  })

const failedPrecondition = 9 // gRPC status

/**
 * Null if no worker answers: Temporal says so if none has polled for minutes, and waits for one that
 * polled until lately. Other errors are thrown.
 */
const unlessNoWorker = (error: unknown): null => {
  const cause = error instanceof ServiceError ? error.cause : error
  const nobodyPolls =
    isGrpcServiceError(cause) &&
    cause.code === failedPrecondition &&
    cause.details.startsWith('no poller seen')
  if (nobodyPolls || isGrpcDeadlineError(error)) return null
  throw error
}

/** Ends all our workflows and schedules. Decrypts nothing, so it works without the key. */
export const endEverything = async (
  client: Client,
): Promise<{ workflows: number; schedules: number }> => {
  const ours = [taskQueue, backgroundTaskQueue]
    .map((queue) => `TaskQueue = '${queue}'`)
    .join(' or ')
  const { namespace } = client.options
  let schedules = 0
  for await (const { scheduleId } of client.schedule.list()) {
    await client.schedule.getHandle(scheduleId).delete()
    schedules += 1
  }
  let workflows = 0
  for (
    let nextPageToken: Uint8Array | undefined;
    nextPageToken === undefined || nextPageToken.length > 0;
  ) {
    const query = `(${ours}) and ExecutionStatus = 'Running'`
    const page = await client.workflowService.listWorkflowExecutions({
      namespace,
      query,
      nextPageToken,
      pageSize: 200,
    })
    for (const { execution } of page.executions ?? []) {
      await client.workflow
        .getHandle(execution?.workflowId ?? '')
        .terminate('the key that sealed its arguments is lost')
      workflows += 1
    }
    nextPageToken = page.nextPageToken
  }
  return { workflows, schedules }
}

export const withClient = async (
  deps: OperateDeps,
  work: (client: Client) => Promise<Answer>,
  timeoutMs = deadlineMs,
): Promise<Answer> => {
  const client = createClient(
    deps.config.temporal,
    createDataConverter(deps.config.vaultKeys, deps.config.temporal),
  )
  try {
    return await client.withDeadline(Date.now() + timeoutMs, () => work(client))
  } finally {
    await client.connection.close()
  }
}
