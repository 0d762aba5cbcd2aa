import type { Logger } from 'pino'
import { openChannel, refreshChannel } from '../../db/channels/channels.ts'
import {
  type GrantChannel,
  holdUnchanged,
  listGrantChannels,
} from '../../db/channels/grant-upkeep.ts'
import type { OpenGrant } from '../../db/channels/grants.ts'
import { tx } from '../../db/postgres/connect.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { AccountOffer, GrantState } from '../../platforms/grant.ts'
import { renewAvatar } from '../insights/account.ts'
import {
  accountStandingOf,
  askAccount,
  bringBack,
  dataAccessOver,
  type OfferStanding,
} from './account-check.ts'
import { isReauthorize, loseChannel } from './losing.ts'
import type { GrantDeps } from './tokens.ts'

export type UpkeepDeps = GrantDeps & { log?: Logger | undefined; isSearchable?: () => boolean }

/** False if an account is lost or couldn't be checked. Then the next check comes soon. */
export const compareChannels = async (
  deps: UpkeepDeps,
  grant: OpenGrant,
  offers: AccountOffer[],
  said: GrantState,
): Promise<boolean> => {
  let isSettled = true
  let isAnswering = true
  for (const channel of await listGrantChannels(deps.sql, grant.id)) {
    const listed = offers.find(
      (one) => one.platform === channel.platform && one.accountId === channel.accountId,
    )
    // After one request without an answer, the other accounts wait for the next check, so that this
    // activity ends in time.
    const askOne = async () => (isAnswering ? await askByItself(deps, grant, channel, said) : null)
    const standing = listed ? accountStandingOf(deps, channel, listed, said) : await askOne()
    if (!standing) isAnswering = isSettled = false
    else if (!(await takeStanding(deps, grant, channel, standing))) isSettled = false
  }
  return isSettled
}

/**
 * promise: U2: an account that is missing in the list is requested by its id before it counts as
 * lost. Null if there was no answer.
 */
const askByItself = async (
  deps: UpkeepDeps,
  grant: OpenGrant,
  channel: GrantChannel,
  said: GrantState,
): Promise<OfferStanding | null> => {
  try {
    return await askAccount(deps, grant, channel, said)
  } catch (error) {
    if (!(error instanceof PlatformError) || isReauthorize(error)) throw error
    return null
  }
}

/**
 * Updates an account after a check. A lost one waits for a person, one that is back continues, and
 * a valid one gets its current name, handle and token. False while it is lost. Changes nothing if
 * someone has consented again in the meantime.
 */
const takeStanding = async (
  deps: UpkeepDeps,
  grant: OpenGrant,
  channel: GrantChannel,
  { offer, why }: OfferStanding,
): Promise<boolean> => {
  const { id, workspaceId, state } = channel
  if (why !== null) {
    // The end of data access is reported once for all accounts, by takeEnd.
    if (state === 'connected' && why !== dataAccessOver)
      await tx(deps.sql, async (t) => {
        if (await holdUnchanged(t, grant)) await loseChannel(t, workspaceId, channel, why)
      })
    return why === dataAccessOver
  }
  const isNews = state === 'reconnect' || (await differs(deps, channel, offer))
  if (!isNews) return true
  const isWritten = await tx(deps.sql, async (t) => {
    if (!(await holdUnchanged(t, grant))) return false
    if (state === 'reconnect') return await bringBack(t, deps, channel, grant.id, offer)
    return await refreshChannel(t, deps.vault, { id, grantId: grant.id, from: 'connected' }, offer)
  })
  if (isWritten) await renewAvatar(deps, id, offer.avatarUrl)
  return true
}

const differs = async (
  deps: UpkeepDeps,
  { id, workspaceId, name, handle }: GrantChannel,
  offer: AccountOffer,
): Promise<boolean> => {
  if (name !== offer.name || handle !== offer.handle) return true
  return (
    (await openChannel(deps.sql, deps.vault, workspaceId, id))?.accountToken !== offer.accountToken
  )
}
