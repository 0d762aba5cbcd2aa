import type { Config } from '../../config/index.ts'
import {
  deletionWorkflowId,
  disconnectWorkflowId,
  grantWorkflowId,
  reviewWorkflowId,
  targetWorkflowId,
} from '../../workflows/names.ts'

/** The workflow id of a row, by the kind of row. */
export const workflowIds = {
  target: targetWorkflowId,
  review: reviewWorkflowId,
  grant: grantWorkflowId,
  disconnect: disconnectWorkflowId,
  deletion: deletionWorkflowId,
}

/**
 * The URL of a workflow in the Temporal UI, which only operators can open. Null if no UI is
 * configured.
 */
export const workflowPage = (
  { uiUrl, namespace }: Config['temporal'],
  workflowId: string,
): string | null =>
  uiUrl
    ? `/temporal/namespaces/${encodeURIComponent(namespace)}/workflows/${encodeURIComponent(workflowId)}`
    : null
