import { type ActivityOptions, proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { DisconnectingActivities } from '../activities/channels/disconnecting.ts'
import type { RevokingActivities } from '../activities/channels/revoke.ts'
import type { ChannelRef } from './names.ts'

/**
 * Both activities retry until they are done and choose the delay themselves (`nextRetryDelay`), so
 * waiting for a platform adds no history events.
 */
const options: ActivityOptions = {
  startToCloseTimeout: '15 minutes',
  heartbeatTimeout: '2 minutes',
  retry: { initialInterval: '2 seconds', backoffCoefficient: 2, maximumInterval: '10 minutes' },
}
const { revokeTokens } = proxyActivities<RevokingActivities>({
  ...options,
  summary: 'Revoke access at the platform, unless another account uses it',
})
const { eraseChannelHistory } = proxyActivities<DisconnectingActivities>({
  ...options,
  summary: 'Delete the account’s posts and numbers, if an admin chose that',
})
const { deleteDisconnectedChannel } = proxyActivities<DisconnectingActivities>({
  ...options,
  summary: 'Delete the account, if an admin chose that',
})

/**
 * promise: R2: the remaining work after an account was disconnected. Its posts were canceled and
 * its tokens put out of use in the transaction of the click.
 */
export async function disconnectChannel(ref: ChannelRef): Promise<void> {
  setCurrentDetails(
    'Revoking access at the platform, unless another account uses it; deleting the account and its history, if the admin chose that',
  )
  await Promise.all([revokeTokens(ref), eraseChannelHistory(ref)])
  await Promise.all([revokeTokens(ref), eraseChannelHistory(ref)]) // if it was disconnected again
  await deleteDisconnectedChannel(ref) // promise: D1, D2: if the admin chose that
  setCurrentDetails('Disconnected')
}
