import type { Client } from '@temporalio/client'
import { isGrpcServiceError } from '@temporalio/client'

export type HistoryDeps = { client: Client }

const notFound = 5 // gRPC status

/**
 * promise: E3: deletes all runs of these workflows, together with the rows they are about, and
 * terminates running ones. Temporal deletes them within a minute. Missing workflows count as
 * deleted.
 */
export const deleteHistories = async (
  { client }: HistoryDeps,
  workflowIds: string[],
): Promise<void> => {
  for (let from = 0; from < workflowIds.length; from += atOnce) {
    const ids = workflowIds.slice(from, from + atOnce)
    // Delete the newest run by workflow id: it may be too new to be listed. The list finds earlier
    // runs.
    for (const workflowId of ids) await deleteRun(client, { workflowId })
    const query = `WorkflowId in (${ids.map((id) => `'${id}'`).join(', ')})`
    for await (const { workflowId, runId } of client.workflow.list({ query }))
      await deleteRun(client, { workflowId, runId })
  }
}

const atOnce = 50

const deleteRun = async (
  client: Client,
  workflowExecution: { workflowId: string; runId?: string },
): Promise<void> => {
  try {
    await client.workflowService.deleteWorkflowExecution({
      namespace: client.options.namespace,
      workflowExecution,
    })
  } catch (error) {
    if (!isGrpcServiceError(error) || error.code !== notFound) throw error
  }
}

/**
 * How many days the namespace keeps closed workflows. Infinity if it archives them, because an
 * archive exceeds every retention term.
 */
export const keptDays = async ({ client }: HistoryDeps): Promise<number> => {
  const { config } = await client.workflowService.describeNamespace({
    namespace: client.options.namespace,
  })
  if (isArchiving(config?.historyArchivalState) || isArchiving(config?.visibilityArchivalState))
    return Number.POSITIVE_INFINITY
  return Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / 86_400
}

const archivalEnabled = 2 // temporal.api.enums.v1.ArchivalState

const isArchiving = (state: number | null | undefined): boolean => state === archivalEnabled

/**
 * Sets the retention of the namespace if it differs, and returns what applies afterwards. Temporal
 * Cloud or a cluster with permissions may refuse; then that is longer than requested.
 */
export const keepHistoriesFor = async (deps: HistoryDeps, days: number): Promise<number> => {
  if ((await keptDays(deps)) === days) return days
  const seconds = (days * 86_400) as never // a protobuf Long, which takes numbers
  const { namespace } = deps.client.options
  try {
    await deps.client.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: { seconds } },
    })
  } catch (error) {
    if (!isGrpcServiceError(error)) throw error
  }
  return await keptDays(deps)
}
