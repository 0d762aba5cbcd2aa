import { type ActivityOptions, proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { RetentionActivities } from '../activities/privacy/retention.ts'

const options: ActivityOptions = {
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '2 minutes',
  retry: { initialInterval: '5 seconds', maximumInterval: '5 minutes', maximumAttempts: 30 },
}
const { listRules } = proxyActivities<RetentionActivities>({
  ...options,
  summary: 'List the retention rules',
})
const sweep = (rule: string) =>
  proxyActivities<RetentionActivities>({ ...options, summary: `Apply the rule ${rule}` }).sweepRule(
    { rule },
  )

/**
 * Runs daily: every rule of db/privacy/retention.ts. A rule that fails doesn't stop the others, but
 * fails the run.
 */
export async function enforceRetention(): Promise<void> {
  let failure: unknown
  for (const rule of await listRules()) {
    setCurrentDetails(`Applying the rule ${rule}`)
    try {
      await sweep(rule)
    } catch (error) {
      failure = error
    }
  }
  setCurrentDetails(
    failure ? 'A rule failed. It is applied again tomorrow' : 'Every rule was applied',
  )
  if (failure) throw failure
}
