import { proxyActivities } from '@temporalio/workflow'
import type { StartingActivities } from '../activities/outbox/reconcile-starts.ts'

const { reconcileStarts: run } = proxyActivities<StartingActivities>({
  summary: 'Start the workflows of posts that should have one',
  startToCloseTimeout: '50 seconds',
  retry: { maximumAttempts: 1 }, // the schedule runs again in a minute
})

/** Runs every minute: starts workflows of targets that should have one and don't. */
export async function reconcileStarts(): Promise<void> {
  await run()
}
