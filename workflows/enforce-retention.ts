import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { RetentionActivities } from '../activities/retention.ts'

const { listRules, sweepRule } = proxyActivities<RetentionActivities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '2 minutes',
  retry: { initialInterval: '5 seconds', maximumInterval: '5 minutes', maximumAttempts: 30 },
})

/** Each day: every rule of db/retention.ts. One that does not get through does not hold up the others, and fails the run. */
export async function enforceRetention(): Promise<void> {
  let failure: unknown
  for (const rule of await listRules()) {
    setCurrentDetails(`Sweeping: ${rule}`)
    try {
      await sweepRule({ rule })
    } catch (error) {
      failure = error
    }
  }
  setCurrentDetails(failure ? 'A rule did not get through; it is tried again tomorrow' : 'Every rule is swept')
  if (failure) throw failure
}
