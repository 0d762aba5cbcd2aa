import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { DisconnectingActivities } from '../activities/disconnecting.ts'
import type { ChannelRef } from './names.ts'

/** Both come back by themselves (`nextRetryDelay`) until they are done, so waiting for a platform leaves no history. */
const { eraseChannelHistory, revokeChannelGrant } = proxyActivities<DisconnectingActivities>({
  startToCloseTimeout: '3 minutes',
  retry: { initialInterval: '2 seconds', backoffCoefficient: 2, maximumInterval: '10 minutes' },
})

/**
 * promise: R2: what is left to do when an account was disconnected; canceling its posts and taking the tokens out of use happened in the
 * transaction of the click.
 */
export async function disconnectChannel(ref: ChannelRef): Promise<void> {
  setCurrentDetails('Ending the authorization at the platform; tried until the platform confirms it')
  await revokeChannelGrant(ref)
  setCurrentDetails('Erasing the history, where that was wanted')
  await eraseChannelHistory(ref)
  await revokeChannelGrant(ref) // it may have been connected and disconnected again meanwhile
  setCurrentDetails('Disconnected')
}
