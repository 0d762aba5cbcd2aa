import {
  type ActivityOptions,
  continueAsNew,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow'
import type { AnnouncingActivities } from '../activities/privacy/announce.ts'
import type { PolicyRef } from './names.ts'

const options: ActivityOptions = {
  startToCloseTimeout: '20 minutes',
  heartbeatTimeout: '2 minutes',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '5 minutes' },
}
const { addressPolicy } = proxyActivities<AnnouncingActivities>({
  ...options,
  summary: 'List everyone with an account',
})
const { mailPolicy } = proxyActivities<AnnouncingActivities>({
  ...options,
  summary: 'Mail the next people on the list',
})
const { endAnnouncement } = proxyActivities<AnnouncingActivities>({
  ...options,
  summary: 'Note that everyone was mailed',
})

/**
 * promise: L3: mails a material change of the policy once to everyone with an account, even if the
 * mail server or the worker is down for a while.
 */
export async function announcePolicy(ref: PolicyRef): Promise<void> {
  await addressPolicy(ref)
  while ((await mailPolicy(ref)).left)
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof announcePolicy>(ref)
  await endAnnouncement(ref)
}
