import { type ActivityOptions, proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { RevokingActivities } from '../activities/channels/revoke.ts'
import type { ErasingActivities } from '../activities/privacy/erase.ts'
import type { RequestRef } from './names.ts'

/** Every step is retried without a limit until it succeeds. */
const untilDone: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '2 minutes',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '5 minutes' },
}
const steps = (summary: string) => proxyActivities<ErasingActivities>({ ...untilDone, summary })
const { revokeTokens } = proxyActivities<RevokingActivities>({
  ...untilDone,
  summary: 'Revoke access at the platforms',
})

/**
 * Deletes a person, or what a platform account gave us, step by step. Each step records its result
 * for the public status page. Nothing waits for a platform: files, posts and the account are
 * deleted long before we give up on one that doesn't answer.
 */
export async function eraseUser(ref: RequestRef): Promise<void> {
  setCurrentDetails('Canceling what is scheduled')
  await steps('Cancel what is scheduled').stopPosts(ref)
  await steps('Put the tokens out of use').takeTokens(ref)
  setCurrentDetails('Deleting files, posts and the account; revoking access at the platforms')
  const removal = async () => {
    await steps('Delete the files').removeMedia(ref)
    await steps('Delete posts and numbers').removeContent(ref)
    await steps('Delete the account').removeAccount(ref)
  }
  await Promise.all([revokeTokens(ref), removal()])
  await steps('Record that everything is deleted').finishErasure(ref)
  setCurrentDetails('Done')
}
