import { type ActivityOptions, proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { RevokingActivities } from '../activities/channels/revoke.ts'
import type { ErasingActivities } from '../activities/privacy/erase.ts'
import type { RequestRef } from './names.ts'

/** Every step is retried without a limit until it succeeds. */
const insistent: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '2 minutes',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '5 minutes' },
}
const steps = proxyActivities<ErasingActivities>(insistent)
const { revokeTokens } = proxyActivities<RevokingActivities>(insistent)

/**
 * Deletes a person, or what a platform account gave us, step by step. Each step records its result
 * for the public status page. Nothing waits for a platform: files, posts and the account are
 * deleted long before we give up on one that doesn't answer.
 */
export async function eraseUser(ref: RequestRef): Promise<void> {
  setCurrentDetails('Canceling what is scheduled')
  await steps.stopPosts(ref)
  await steps.takeTokens(ref)
  setCurrentDetails('Deleting files, posts and the account; revoking access at the platforms')
  const removal = async () => {
    await steps.removeMedia(ref)
    await steps.removeContent(ref)
    await steps.removeAccount(ref)
  }
  await Promise.all([revokeTokens(ref), removal()])
  await steps.finishErasure(ref)
  setCurrentDetails('Done')
}
