import { type Client, WorkflowNotFoundError } from '@temporalio/client'
import { createDataConverter } from '../activities/data-converter.ts'
import { createClient, inTrouble } from '../web/temporal.ts'
import { progress } from '../workflows/names.ts'
import { type OperateDeps, only, Unfit } from './commands.ts'
import type { Answer, Row } from './table.ts'

const types = [
  'publishTarget',
  'keepGrantAlive',
  'disconnectChannel',
  'eraseUser',
  'exportData',
  'announcePolicy',
  'measureDue',
  'enforceRetention',
  'reconcileStarts',
]
const deadlineMs = 10_000

/** Ids and types only: what is in a workflow is sealed. */
export const listWorkflows = (deps: OperateDeps): Promise<Answer> =>
  withClient(deps, async (client) => {
    const running = await Promise.all(
      types.map(async (type) => {
        const { count } = await client.workflow.count(`WorkflowType = '${type}' and ExecutionStatus = 'Running'`)
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
      if (error instanceof WorkflowNotFoundError) throw new Unfit('There is no such workflow, or its time of retention is over.')
      throw error
    })
    const isDriven = ['publishTarget', 'keepGrantAlive'].includes(found.type) && found.status.name === 'RUNNING'
    const now = isDriven ? await handle.query(progress).catch(() => null) : null // no worker answers: said below
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

const withClient = async (deps: OperateDeps, work: (client: Client) => Promise<Answer>): Promise<Answer> => {
  const client = createClient(deps.config.temporal, createDataConverter(deps.config.vaultKeys))
  try {
    return await client.withDeadline(Date.now() + deadlineMs, () => work(client))
  } finally {
    await client.connection.close()
  }
}
