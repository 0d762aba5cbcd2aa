import { proxyActivities } from '@temporalio/workflow'
import type { StartingActivities } from '../activities/starting.ts'

const { reconcileStarts: run } = proxyActivities<StartingActivities>({
  startToCloseTimeout: '50 seconds',
  retry: { maximumAttempts: 1 }, // the schedule comes again in a minute
})

/** Each minute: targets that should have a workflow and have none are told again. */
export async function reconcileStarts(): Promise<void> {
  await run()
}
