import type { Config } from '../config.ts'
import { deletionWorkflowId, disconnectWorkflowId, grantWorkflowId, targetWorkflowId } from '../workflows/names.ts'

/** The workflow that drives a row, by what the row is. */
export const workflowIds = {
  target: targetWorkflowId,
  grant: grantWorkflowId,
  disconnect: disconnectWorkflowId,
  deletion: deletionWorkflowId,
}

/** Where the Temporal UI shows a workflow; null when no UI is set up. For operators: others find nothing there. */
export const workflowPage = ({ uiUrl, namespace }: Config['temporal'], workflowId: string): string | null =>
  uiUrl ? `/temporal/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}` : null
