import type { Client } from '@temporalio/client'
import { isGrpcServiceError } from '@temporalio/client'

export type HistoryDeps = { client: Client }

const notFound = 5 // grpc status

/**
 * promise: E3: the workflow histories go with the rows they are about, each run of them; one that still runs is ended with it. Temporal
 * deletes them within a minute. Those that never were, or are gone, count as deleted.
 */
export const deleteHistories = async ({ client }: HistoryDeps, workflowIds: string[]): Promise<void> => {
  for (let from = 0; from < workflowIds.length; from += atOnce) {
    const ids = workflowIds.slice(from, from + atOnce)
    // The newest run by its id alone: it may be too young to be listed. Runs before it are found by the list only.
    for (const workflowId of ids) await deleteRun(client, { workflowId })
    const query = `WorkflowId in (${ids.map((id) => `'${id}'`).join(', ')})`
    for await (const { workflowId, runId } of client.workflow.list({ query })) await deleteRun(client, { workflowId, runId })
  }
}

const atOnce = 50

const deleteRun = async (client: Client, workflowExecution: { workflowId: string; runId?: string }): Promise<void> => {
  try {
    await client.workflowService.deleteWorkflowExecution({ namespace: client.options.namespace, workflowExecution })
  } catch (error) {
    if (!isGrpcServiceError(error) || error.code !== notFound) throw error
  }
}

/** For how many days the namespace keeps workflows that have ended. */
export const keptDays = async ({ client }: HistoryDeps): Promise<number> => {
  const { config } = await client.workflowService.describeNamespace({ namespace: client.options.namespace })
  return Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / 86_400
}

/** Sets that term where it is another one. A cluster may leave this to its operators: then it throws, and the nightly check says so. */
export const keepHistoriesFor = async (deps: HistoryDeps, days: number): Promise<void> => {
  if ((await keptDays(deps)) === days) return
  const seconds = (days * 86_400) as never // a protobuf Long, which takes numbers
  const { namespace } = deps.client.options
  await deps.client.workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl: { seconds } } })
}
