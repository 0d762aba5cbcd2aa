import type { Client } from '@temporalio/client'
import { changed, targetWorkflowId, taskQueue } from './names.ts'
import type { publishTarget } from './publish-target.ts'

/**
 * Starts the target's workflow, or nudges the one that runs: one call for both, harmless when repeated. A workflow that has
 * ended is started anew, and reads from the row whether there is anything to do.
 */
export const tellTarget = async (client: Client, targetId: string, queue = taskQueue): Promise<void> => {
  await client.workflow.signalWithStart<typeof publishTarget, []>('publishTarget', {
    workflowId: targetWorkflowId(targetId),
    taskQueue: queue,
    args: [{ targetId }],
    signal: changed,
    staticSummary: 'One post on one channel, from scheduled to its end',
  })
}
