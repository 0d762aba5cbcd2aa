import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { RetentionActivities } from '../activities/privacy/retention.ts'

const { listRules, sweepRule } = proxyActivities<RetentionActivities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '2 minutes',
  retry: { initialInterval: '5 seconds', maximumInterval: '5 minutes', maximumAttempts: 30 },
})

/**
 * Runs daily: every rule of db/privacy/retention.ts. A rule that fails doesn't stop the others, but
 * fails the run.
 */
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
