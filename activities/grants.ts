import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { type OpenChannel, openChannel } from '../db/channels.ts'
import { type Db, type Sql, tx } from '../db/connect.ts'
import { recordEvent } from '../db/events.ts'
import { markChannelLost, noteNextCheck } from '../db/grant-upkeep.ts'
import { claimRenewal, markReauthorize, type OpenGrant, openGrant, restRenewal, saveRenewal } from '../db/grants.ts'
import { countPostsAtRisk, notify } from '../db/notices.ts'
import type { Vault } from '../db/vault.ts'
import { PlatformError } from '../platforms/errors.ts'
import type { Issuer } from '../platforms/grant.ts'
import type { Registry } from '../platforms/index.ts'
import type { Account } from '../platforms/platform.ts'
import { insist } from './insist.ts'

export type GrantDeps = { sql: Sql; vault: Vault; platforms: Registry; now: () => number }

/** promise: U2: tokens that would end within this time are renewed before they are used. */
const renewAheadMs = 30 * 60_000
const renewTimeoutMs = 20_000
/** How long to wait for a renewal that another process is at; a lease lasts 60 s. */
const waitForOtherMs = 65_000

/**
 * Unseals the tokens of an account for `work`, renewing them first when they are about to end. Throws PlatformError: of kind
 * `reauthorize` when only a person can bring the connection back, and the grant and its channels are marked so.
 * With `renewOnReauthorize` a refused token is renewed once and `work` is called again: only where the refusal proves that
 * nothing happened, or nothing irreversible can.
 */
export const withToken = async <T>(
  deps: GrantDeps,
  ref: { workspaceId: string; channelId: string },
  work: (account: Account) => Promise<T>,
  options: { renewOnReauthorize?: boolean } = {},
): Promise<T> => {
  const channel = await findChannel(deps, ref)
  const grant = await freshGrant(deps, channel)
  try {
    return await work(accountOf(channel, grant))
  } catch (error) {
    if (!isReauthorize(error)) throw error
    if (!options.renewOnReauthorize || grant.refreshToken === null) throw await giveUpAccount(deps, channel, grant, error)
  }
  const renewed = await renew(deps, grant)
  try {
    return await work(accountOf(channel, renewed))
  } catch (error) {
    throw isReauthorize(error) ? await giveUp(deps, renewed, error) : error
  }
}

/**
 * An account with a token of its own may be lost alone (a Page on which the person has no role any more): when the issuer calls the grant
 * itself good, or gives no answer, the other accounts of the grant go on, and the whole of it is checked at once.
 */
const giveUpAccount = async (
  deps: GrantDeps,
  channel: OpenChannel,
  grant: OpenGrant,
  error: PlatformError,
): Promise<PlatformError> => {
  if (channel.accountToken === null || !(await isGoodOrSilent(deps, grant))) return giveUp(deps, grant, error)
  await insist(() =>
    tx(deps.sql, async (t) => {
      await loseChannel(t, grant.workspaceId, channel, error.problem.words)
      await noteNextCheck(t, grant.id, new Date(deps.now()))
    }),
  )
  return error
}

const isGoodOrSilent = async (deps: GrantDeps, grant: OpenGrant): Promise<boolean> => {
  try {
    const said = await issuerOf(deps, grant).inspect(
      { accessToken: grant.accessToken, userId: grant.issuerUserId },
      AbortSignal.timeout(renewTimeoutMs),
    )
    return said.valid
  } catch (error) {
    if (error instanceof PlatformError) return !isReauthorize(error)
    throw error
  }
}

/** One account can no longer be used, while its grant goes on: it waits for a person. The id of the event; null when it was known. */
export const markLost = async (
  t: Db,
  workspaceId: string,
  channel: { id: string; platform: string },
  words: string,
): Promise<string | null> => {
  if (!(await markChannelLost(t, channel.id, words))) return null
  const facts = { platform: channel.platform }
  return await recordEvent(t, { name: 'channel.lost', workspaceId, userId: null, subjectId: channel.id, facts })
}

/** The same, and admins are told of this account. */
export const loseChannel = async (
  t: Db,
  workspaceId: string,
  channel: { id: string; platform: string },
  words: string,
): Promise<void> => {
  const eventId = await markLost(t, workspaceId, channel, words)
  if (eventId === null) return
  await notify(t, { workspaceId, kind: 'ended', cause: `lost:${channel.id}:${eventId}`, channelId: channel.id, to: 'admins' })
}

const findChannel = async (deps: GrantDeps, ref: { workspaceId: string; channelId: string }): Promise<OpenChannel> => {
  const channel = await openChannel(deps.sql, deps.vault, ref.workspaceId, ref.channelId)
  if (!channel || channel.state === 'disconnected') throw ended('disconnected', 'The account is disconnected.')
  if (channel.state === 'reconnect') throw ended('reconnect', channel.stateReason ?? 'The account must be connected again.')
  return channel
}

const freshGrant = async (deps: GrantDeps, channel: OpenChannel): Promise<OpenGrant> => {
  const grant = await livingGrant(deps, channel.workspaceId, channel.grantId)
  const isDue = grant.refreshToken !== null && grant.expiresAt !== null && grant.expiresAt.getTime() - deps.now() < renewAheadMs
  if (!isDue) return grant
  try {
    return await renew(deps, grant)
  } catch (error) {
    // The renewal can wait while the token it should replace still works; only a final refusal ends it here.
    const stillWorks = grant.expiresAt !== null && grant.expiresAt.getTime() - deps.now() > 60_000
    if (error instanceof PlatformError && !isReauthorize(error) && stillWorks) return grant
    throw error
  }
}

export const livingGrant = async (deps: GrantDeps, workspaceId: string, grantId: string): Promise<OpenGrant> => {
  const grant = await openGrant(deps.sql, deps.vault, workspaceId, grantId)
  if (grant?.state !== 'active') throw ended('grant_ended', 'The connection has ended. Connect the account again.')
  return grant
}

/**
 * New tokens in place of `stale` ones, or those that another process has got meanwhile. One renewal at a time for each grant: the
 * refresh token may die with its first use. No transaction stays open during the call; a lease in the row keeps others away, and
 * who lost the lease writes nothing.
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

const renewUnderLease = async (deps: GrantDeps, stale: OpenGrant, renewer: string): Promise<OpenGrant> => {
  const issuer = issuerOf(deps, stale)
  try {
    const { accessToken, refreshToken } = stale
    const tokens = await issuer.renew({ accessToken, refreshToken }, AbortSignal.timeout(renewTimeoutMs))
    if (!tokens) throw new Error(`issuer ${stale.issuer} has nothing to renew`)
    await insist(() => saveRenewal(deps.sql, deps.vault, stale, renewer, tokens, new Date(deps.now())))
    return await livingGrant(deps, stale.workspaceId, stale.id)
  } catch (error) {
    if (isReauthorize(error)) throw await giveUp(deps, stale, error)
    await restRenewal(deps.sql, stale.id, renewer, new Date(deps.now()))
    throw error
  }
}

export const issuerOf = (deps: { platforms: Registry }, grant: { issuer: string }): Issuer => {
  const issuer = deps.platforms.issuers.get(grant.issuer)
  if (!issuer) throw new Error(`issuer ${grant.issuer} is not configured`)
  return issuer
}

/** Marks the grant, with an audit line and a word to the admins, unless it was connected again meanwhile; answers with the error to throw. */
export const giveUp = async (deps: GrantDeps, grant: OpenGrant, error: PlatformError): Promise<PlatformError> => {
  const { code, subcode, words } = error.problem
  const reason = subcode ? `${code}/${subcode}` : code
  await insist(() =>
    tx(deps.sql, async (t) => {
      if (!(await markReauthorize(t, grant, { code: reason, words }))) return
      const { workspaceId } = grant
      const event = { name: 'grant.refused', workspaceId, userId: null, subjectId: grant.id, facts: { reason } }
      const eventId = await recordEvent(t, event)
      const risk = await countPostsAtRisk(t, grant.id, 'lost')
      const facts = { waiting: risk.count, firstDueAt: risk.firstDueAt?.toISOString() ?? null, words }
      // promise: U4
      await notify(t, {
        workspaceId,
        kind: 'ended',
        cause: `ended:${grant.id}:${eventId}`,
        grantId: grant.id,
        facts,
        to: 'admins',
      })
    }),
  )
  return error
}

const accountOf = (channel: OpenChannel, grant: OpenGrant): Account => ({
  id: channel.accountId,
  settings: channel.settings,
  grantToken: grant.accessToken,
  accountToken: channel.accountToken,
})

export const isReauthorize = (error: unknown): error is PlatformError =>
  error instanceof PlatformError && error.kind === 'reauthorize'

const ended = (code: string, words: string): PlatformError => new PlatformError({ kind: 'reauthorize', code, words })

const later = (retryAfterMs: number): PlatformError =>
  new PlatformError({
    kind: 'unavailable',
    code: 'renewal_waits',
    words: 'The connection could not be renewed at the moment; it is tried again shortly.',
    retryAfterMs: Math.max(1_000, Math.round(retryAfterMs)),
  })
