import { continueAsNew, proxyActivities, workflowInfo } from '@temporalio/workflow'
import type { AnnouncingActivities } from '../activities/announcing.ts'
import type { PolicyRef } from './names.ts'

const { addressPolicy, mailPolicy, endAnnouncement } = proxyActivities<AnnouncingActivities>({
  startToCloseTimeout: '20 minutes',
  heartbeatTimeout: '2 minutes',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '5 minutes' },
})

/** promise: L3: a material change of the policy is mailed to everybody with an account, once, however often mail or worker are away. */
export async function announcePolicy(ref: PolicyRef): Promise<void> {
  await addressPolicy(ref)
  while ((await mailPolicy(ref)).left) if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof announcePolicy>(ref)
  await endAnnouncement(ref)
}
