import type { Client } from '@temporalio/client'
import { isGrpcServiceError } from '@temporalio/client'

export type HistoryDeps = { client: Client }

const notFound = 5 // grpc status

/**
 * promise: E3: the workflow histories go with the rows they are about; one that still runs is ended with it. Temporal deletes them
 * within a minute. Those that never were, or are gone, count as deleted.
 */
export const deleteHistories = async ({ client }: HistoryDeps, workflowIds: string[]): Promise<void> => {
  const { namespace } = client.options
  for (const workflowId of workflowIds) {
    try {
      await client.workflowService.deleteWorkflowExecution({ namespace, workflowExecution: { workflowId } })
    } catch (error) {
      if (!isGrpcServiceError(error) || error.code !== notFound) throw error
    }
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
