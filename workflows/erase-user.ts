import { type ActivityOptions, proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { ErasingActivities } from '../activities/erasing.ts'
import type { RevokingActivities } from '../activities/revoking.ts'
import type { RequestRef } from './names.ts'

/** Every step is repeated until it is through: a promise has no last attempt. */
const insistent: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '2 minutes',
  retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '5 minutes' },
}
const steps = proxyActivities<ErasingActivities>(insistent)
const { revokeTokens } = proxyActivities<RevokingActivities>({ ...insistent, startToCloseTimeout: '5 minutes' })

/**
 * A person, or what a platform's account gave us, is erased step by step; each step writes itself on the public page. Platforms that do
 * not answer hold up the last step only: tokens, files and posts are gone by then.
 */
export async function eraseUser(ref: RequestRef): Promise<void> {
  setCurrentDetails('Stopping what is scheduled')
  await steps.stopPosts(ref)
  const issuers = await steps.takeTokens(ref)
  setCurrentDetails('Revoking, and removing files and posts')
  const removal = async () => {
    await steps.removeMedia(ref)
    await steps.removeContent(ref)
  }
  await Promise.all([...issuers.map((issuer) => revokeTokens({ ...ref, issuer })), removal()])
  setCurrentDetails('Removing the account')
  await steps.removeAccount(ref)
  setCurrentDetails('Done')
}
