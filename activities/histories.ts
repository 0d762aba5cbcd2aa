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
