import { type OpenChannel, openChannel, refreshChannel } from '../../db/channels/channels.ts'
import { claimLook, findGrant } from '../../db/channels/grant-upkeep.ts'
import { type OpenGrant, openGrant } from '../../db/channels/grants.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { type Db, type Sql, tx } from '../../db/postgres/connect.ts'
import { reviveTargets } from '../../db/posts/waiting-targets.ts'
import type { Vault } from '../../db/vault/vault.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { AccountOffer, GrantState } from '../../platforms/grant.ts'
import { dataAccessDays } from '../../platforms/grant.ts'
import type { Registry } from '../../platforms/index.ts'
import type { JsonRecord } from '../../platforms/json.ts'
import { askCheck, ended, giveUp, isReauthorize, issuerOf, loseChannel } from './losing.ts'

type CheckDeps = { sql: Sql; vault: Vault; platforms: Registry; now: () => number }

const callTimeoutMs = 20_000
/** Many posts may wait for one account; it is queried at most this often. */
const lookAgainMs = 30_000
/** How long a send waits after a refusal that couldn't be explained. */
const unexplainedWaitMs = 5 * 60_000
/**
 * The code of an `unavailable` error: a call was refused, and we couldn't find out whether the
 * account is still connected.
 */
export const unexplained = 'access_unclear'

export const unlessSeen = `after ${dataAccessDays} days unless the person signs in again`
export const dataAccessOver = `Access ends ${unlessSeen}.`
const notShared = 'It is no longer shared with CrateSocial, or you no longer have a role there.'

/** The issuer's answer about one account: still usable, or a sentence why not. */
export type OfferStanding =
  | { offer: AccountOffer; why: null }
  | { offer: AccountOffer | null; why: string }

type CheckedAccount = { platform: string; accountId: string; settings: JsonRecord }

/**
 * Asks the issuer about one account by its id. Throws PlatformError if there is no answer, of kind
 * `reauthorize` if the grant is invalid.
 */
export const askAccount = async (
  deps: CheckDeps,
  grant: OpenGrant,
  account: CheckedAccount,
  known?: GrantState,
): Promise<OfferStanding> => {
  const signal = AbortSignal.timeout(callTimeoutMs)
  const issuer = issuerOf(deps, grant)
  const { accessToken } = grant
  const said = known ?? (await issuer.inspect({ accessToken, userId: grant.issuerUserId }, signal))
  if (!said.valid)
    throw ended('check', said.reason ?? 'The platform no longer accepts the connection.')
  const scopes = said.scopes ?? (await findGrant(deps.sql, grant.id))?.scopes ?? []
  return accountStandingOf(
    deps,
    account,
    await issuer.readAccount({ accessToken, scopes }, account, signal),
    said,
  )
}

export const accountStandingOf = (
  deps: CheckDeps,
  { platform }: CheckedAccount,
  offer: AccountOffer | null,
  said: GrantState,
): OfferStanding => {
  if (!offer) return { offer: null, why: notShared }
  if (offer.blocked) return { offer, why: offer.blocked }
  const isCut =
    deps.platforms.platforms.get(platform)?.needsDataAccess &&
    (said.dataAccessExpiresAtMs ?? Infinity) <= deps.now()
  return isCut ? { offer, why: dataAccessOver } : { offer, why: null }
}

/** Marks an account that is usable again as connected, so that its waiting posts continue. */
export const bringBack = async (
  t: Db,
  deps: CheckDeps,
  channel: { id: string; workspaceId: string; platform: string },
  grantId: string,
  offer: AccountOffer,
): Promise<boolean> => {
  const { id, workspaceId, platform } = channel
  if (!(await refreshChannel(t, deps.vault, { id, grantId, from: 'reconnect' }, offer)))
    return false
  const facts = { platform, isNew: false }
  await recordEvent(t, {
    name: 'channel.connected',
    workspaceId,
    userId: null,
    subjectId: id,
    facts,
  })
  await reviveTargets(t, { workspaceId, channelIds: [id] }, new Date(deps.now()))
  return true
}

/**
 * Checks whether a lost account is back before a post fails because of it. Null if it isn't, or
 * nothing can be said now.
 */
export const lookAgain = async (
  deps: CheckDeps,
  channel: OpenChannel,
): Promise<OpenChannel | null> => {
  const { id, workspaceId, grantId } = channel
  const grant = await openGrant(deps.sql, deps.vault, workspaceId, grantId)
  if (grant?.state !== 'active') return null
  const now = new Date(deps.now())
  if (!(await claimLook(deps.sql, id, now, new Date(now.getTime() - lookAgainMs)))) return null
  try {
    const { offer, why } = await askAccount(deps, grant, channel)
    if (why !== null) return null
    await tx(deps.sql, (t) => bringBack(t, deps, channel, grantId, offer))
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    if (isReauthorize(error)) await giveUp(deps, grant, error)
    return null
  }
  const opened = await openChannel(deps.sql, deps.vault, workspaceId, id)
  return opened?.state === 'connected' ? opened : null
}

/**
 * Finds out whether a refused call means that the account is lost. Returns the account with a new
 * token if only its token was outdated, and null if nothing has changed. Throws `reauthorize` if
 * the account or its grant is lost, after marking it, and `unavailable` if we couldn't find out.
 */
export const explainRefusal = async (
  deps: CheckDeps,
  channel: OpenChannel,
  grant: OpenGrant,
  refusal: PlatformError,
): Promise<OpenChannel | null> => {
  const { id, workspaceId, grantId } = channel
  const standing = await askAccount(deps, grant, channel).catch((error: unknown) => {
    if (!(error instanceof PlatformError)) throw error
    return error
  })
  if (standing instanceof PlatformError) {
    if (isReauthorize(standing))
      throw await giveUp(deps, grant, isReauthorize(refusal) ? refusal : standing)
    await tx(deps.sql, (t) => askCheck(t, grantId, new Date(deps.now())))
    throw unclear(refusal)
  }
  if (standing.why !== null) {
    const words = isReauthorize(refusal) ? refusal.problem.words : standing.why
    await tx(deps.sql, async (t) => {
      await loseChannel(t, workspaceId, channel, words)
      await askCheck(t, grantId, new Date(deps.now()))
    })
    throw isReauthorize(refusal) ? refusal : ended('reconnect', words)
  }
  if (standing.offer.accountToken === channel.accountToken) return null
  const isOurs = await refreshChannel(
    deps.sql,
    deps.vault,
    { id, grantId, from: 'connected' },
    standing.offer,
  )
  if (!isOurs) throw unclear(refusal) // disconnected, or connected by someone else in the meantime
  return await openChannel(deps.sql, deps.vault, workspaceId, id)
}

/** Nothing was sent, and the reason isn't known yet. */
export const unclear = ({ problem }: PlatformError): PlatformError =>
  new PlatformError({
    ...problem,
    kind: 'unavailable',
    code: unexplained,
    subcode: null,
    retryAfterMs: unexplainedWaitMs,
  })
