import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type OpenChannel, openChannel } from '../../db/channels/channels.ts'
import { claimRenewal, restRenewal, saveRenewal } from '../../db/channels/grant-renewals.ts'
import { type OpenGrant, openGrant } from '../../db/channels/grants.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import type { Vault } from '../../db/vault/vault.ts'
import type { Account } from '../../platforms/account.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { Registry } from '../../platforms/index.ts'
import { retryWrite } from '../retry.ts'
import { explainRefusal, lookAgain, unclear } from './account-check.ts'
import { ended, giveUp, isReauthorize, issuerOf } from './losing.ts'

export type GrantDeps = { sql: Sql; vault: Vault; platforms: Registry; now: () => number }

/** promise: U2: a token that would expire within this time is renewed before it is used. */
const renewAheadMs = 30 * 60_000
const renewTimeoutMs = 20_000
/** How long to wait for another process to renew; its lease lasts 60 s. */
const waitForOtherMs = 65_000

/**
 * Decrypts the tokens of an account for `work`, and renews them first if they are about to expire.
 * Throws PlatformError. If only a person can restore the connection, its kind is `reauthorize`, and
 * the grant and its channels are marked. With `renewOnReauthorize`, a rejected token is renewed
 * once and `work` is called again. Use it only if the rejection proves that nothing happened, or if
 * nothing irreversible can happen.
 */
export const withToken = async <T>(
  deps: GrantDeps,
  ref: { workspaceId: string; channelId: string },
  work: (account: Account) => Promise<T>,
  options: TokenOptions = {},
): Promise<T> => {
  const channel = await findChannel(deps, ref, options)
  const grant = await freshGrant(deps, channel)
  try {
    return await work(accountOf(channel, grant))
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const isDoubted = options.explainRefusals && issuerOf(deps, grant).doubtsAccess(error.problem)
    if (!isReauthorize(error) && !isDoubted) throw error
    const again = await renewedAfter(deps, channel, grant, error, options)
    try {
      return await work(accountOf(again.channel, again.grant))
    } catch (second) {
      if (!isReauthorize(second)) throw second
      // The new Page token was rejected too, although the grant is fine. Only renewed tokens tell
      // us about the whole grant.
      throw again.grant === grant ? unclear(second) : await giveUp(deps, again.grant, second)
    }
  }
}

type TokenOptions = {
  renewOnReauthorize?: boolean
  /**
   * For publishing: checks a lost account again before giving up, and investigates refusals that
   * may mean a lost account.
   */
  explainRefusals?: boolean
}

/**
 * The tokens for another try after a rejection. An account with its own token may be lost alone
 * (such as a Page where the person no longer has a role), or its token may be outdated. Otherwise
 * the rejection concerns the whole grant. Throws if there must be no other try.
 */
const renewedAfter = async (
  deps: GrantDeps,
  channel: OpenChannel,
  grant: OpenGrant,
  error: PlatformError,
  { renewOnReauthorize }: TokenOptions,
): Promise<{ channel: OpenChannel; grant: OpenGrant }> => {
  if (isReauthorize(error) && renewOnReauthorize && grant.refreshToken !== null)
    return { channel, grant: await renew(deps, grant) }
  if (channel.accountToken === null)
    throw isReauthorize(error) ? await giveUp(deps, grant, error) : error
  const fresh = await explainRefusal(deps, channel, grant, error)
  if (fresh && renewOnReauthorize) return { channel: fresh, grant }
  throw isReauthorize(error) ? unclear(error) : error
}

const findChannel = async (
  deps: GrantDeps,
  ref: { workspaceId: string; channelId: string },
  { explainRefusals }: TokenOptions,
): Promise<OpenChannel> => {
  const channel = await openChannel(deps.sql, deps.vault, ref.workspaceId, ref.channelId)
  if (!channel || channel.state === 'disconnected')
    throw ended('disconnected', 'The account is disconnected.')
  if (channel.state === 'connected') return channel
  const back = explainRefusals ? await lookAgain(deps, channel) : null
  if (!back) throw ended('reconnect', channel.stateReason ?? 'The account needs to be reconnected.')
  return back
}

const freshGrant = async (deps: GrantDeps, channel: OpenChannel): Promise<OpenGrant> => {
  const grant = await livingGrant(deps, channel.workspaceId, channel.grantId)
  const isDue =
    grant.refreshToken !== null &&
    grant.expiresAt !== null &&
    grant.expiresAt.getTime() - deps.now() < renewAheadMs
  if (!isDue) return grant
  try {
    return await renew(deps, grant)
  } catch (error) {
    // A failed renewal doesn't matter while the current token still works. Only a final rejection
    // ends the grant here.
    const stillWorks = grant.expiresAt !== null && grant.expiresAt.getTime() - deps.now() > 60_000
    if (error instanceof PlatformError && !isReauthorize(error) && stillWorks) return grant
    throw error
  }
}

const livingGrant = async (
  deps: GrantDeps,
  workspaceId: string,
  grantId: string,
): Promise<OpenGrant> => {
  const grant = await openGrant(deps.sql, deps.vault, workspaceId, grantId)
  if (grant?.state !== 'active')
    throw ended('grant_ended', 'The connection has ended. Reconnect the account.')
  return grant
}

/**
 * Gets new tokens to replace `stale` ones, or those that another process has just got. Only one
 * renewal runs per grant, because the refresh token may work only once. No transaction is open
 * during the call. A lease in the row keeps others out, and whoever has lost the lease writes
 * nothing.
 */
export const renew = async (deps: GrantDeps, stale: OpenGrant): Promise<OpenGrant> => {
  const renewer = randomUUID()
  const giveUpAt = performance.now() + waitForOtherMs
  while (performance.now() < giveUpAt) {
    const claim = await claimRenewal(deps.sql, stale, renewer, new Date(deps.now()))
    if (claim.mine) return await renewUnderLease(deps, stale, renewer)
    if ('changed' in claim) return await livingGrant(deps, stale.workspaceId, stale.id)
    if (!claim.busy) throw later(claim.againInMs)
    await pause(250)
  }
  throw later(5_000)
}

const renewUnderLease = async (
  deps: GrantDeps,
  stale: OpenGrant,
  renewer: string,
): Promise<OpenGrant> => {
  const issuer = issuerOf(deps, stale)
  try {
    const { accessToken, refreshToken } = stale
    const tokens = await issuer.renew(
      { accessToken, refreshToken },
      AbortSignal.timeout(renewTimeoutMs),
    )
    if (!tokens) throw new Error(`issuer ${stale.issuer} has no tokens to renew`)
    await retryWrite(() =>
      saveRenewal(deps.sql, deps.vault, stale, renewer, tokens, new Date(deps.now())),
    )
    return await livingGrant(deps, stale.workspaceId, stale.id)
  } catch (error) {
    if (isReauthorize(error)) throw await giveUp(deps, stale, error)
    await restRenewal(deps.sql, stale.id, renewer, new Date(deps.now()))
    throw error
  }
}

const accountOf = (channel: OpenChannel, grant: OpenGrant): Account => ({
  id: channel.accountId,
  settings: channel.settings,
  grantToken: grant.accessToken,
  accountToken: channel.accountToken,
})

const later = (retryAfterMs: number): PlatformError =>
  new PlatformError({
    kind: 'unavailable',
    code: 'renewal_waits',
    words: 'The connection couldn’t be renewed just now. We’ll try again shortly.',
    retryAfterMs: Math.max(1_000, Math.round(retryAfterMs)),
  })
