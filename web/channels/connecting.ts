import { type Authorization, isBeingRevoked, lockAuthorization } from '../../db/channels/authorization-use.ts'
import {
  type ConnectedElsewhere,
  listConnectedElsewhere,
  listKnownAccounts,
  listNamesForMember,
  markBlocked,
  markNotShared,
  saveChannel,
} from '../../db/channels/channels.ts'
import {
  type ConnectionRef,
  consentMinutes,
  endConnections,
  findOffer,
  keepOffer,
  type Offer,
} from '../../db/channels/consents.ts'
import { listGrantsOfPerson, noteCheckBy } from '../../db/channels/grant-upkeep.ts'
import { endReplacedGrants, saveGrant } from '../../db/channels/grants.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { enqueue } from '../../db/notifications/outbox.ts'
import { type Db, tx } from '../../db/postgres/connect.ts'
import { reviveTargets } from '../../db/posts/waiting-targets.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { AccountOffer, GrantTokens, Issuer } from '../../platforms/grant.ts'
import type { WebDeps } from '../http/env.ts'
import { fetchAvatars, type NewAvatar } from './avatars.ts'

const exchangeTimeoutMs = 30_000
const callsAtOnce = 5

export const redirectUri = (deps: Pick<WebDeps, 'config'>, issuer: Issuer): string =>
  `${deps.config.publicUrl}/oauth/${issuer.name}/callback`

/**
 * Exchanges the code for long-lived tokens, lists the accounts they reach, and stores both
 * encrypted until the person has chosen. Throws PlatformError.
 */
export const fetchOffer = async (
  deps: WebDeps,
  issuer: Issuer,
  answer: { code: string; state: string; verifier: string; workspaceId: string },
): Promise<void> => {
  const signal = AbortSignal.timeout(exchangeTimeoutMs)
  const { code, state, verifier } = answer
  const tokens = await issuer.exchange({ code, redirectUri: redirectUri(deps, issuer), verifier, signal })
  const { offers, isComplete } = await issuer.listAccounts(tokens, signal)
  const consent = { ...answer, tokens, offers }
  offers.push(...(await findLeftOut(deps, issuer, consent, signal)))
  const lostElsewhere = await findLostElsewhere(deps, issuer, consent, signal)
  await tx(deps.sql, async (t) => {
    const authorization = { issuer: issuer.name, issuerUserId: tokens.userId }
    await lockAuthorization(t, authorization)
    if (await isBeingRevoked(t, authorization, new Date(deps.now()))) throw beingRevoked
    await keepOffer(t, deps.vault, state, { tokens, accounts: offers, isComplete, lostElsewhere })
    await askChecks(t, authorization, answer.workspaceId, deps.now())
  })
}

/**
 * promise: U2: a consent replaces what the same person shared before, in all workspaces. So their
 * other connections are checked at once. Those of this workspace are checked after the choice of
 * accounts, or when the consent expires.
 */
const askChecks = async (t: Db, authorization: Authorization, workspaceId: string, nowMs: number): Promise<void> => {
  for (const grant of await listGrantsOfPerson(t, authorization)) {
    const waitMs = grant.workspaceId === workspaceId ? consentMinutes * 60_000 : 0
    await noteCheckBy(t, grant.id, new Date(nowMs + waitMs))
    await enqueue(t, 'grant', grant.id)
  }
}

type Consent = { workspaceId: string; tokens: GrantTokens; offers: AccountOffer[] }

/**
 * Ids of accounts in other workspaces that this consent takes away: the issuer no longer returns
 * them by id, or returns them as blocked.
 */
const findLostElsewhere = async (
  deps: WebDeps,
  issuer: Issuer,
  { workspaceId, tokens, offers }: Consent,
  signal: AbortSignal,
): Promise<string[]> => {
  const authorization = { issuer: issuer.name, issuerUserId: tokens.userId }
  const elsewhere = await listConnectedElsewhere(deps.sql, workspaceId, authorization)
  const missing = elsewhere.filter((account) => !offers.some((offer) => isSame(offer, account)))
  const lost: string[] = []
  for (let from = 0; from < missing.length; from += callsAtOnce) {
    const few = missing.slice(from, from + callsAtOnce)
    const gone = await Promise.all(few.map((account) => isGone(deps, issuer, tokens, account, signal)))
    lost.push(...few.filter((_account, index) => gone[index]).map(({ id }) => id))
  }
  return lost
}

/**
 * True only if the issuer says so. If the request fails, the regular check of that connection finds
 * out.
 */
const isGone = async (
  deps: WebDeps,
  issuer: Issuer,
  tokens: GrantTokens,
  account: ConnectedElsewhere,
  signal: AbortSignal,
): Promise<boolean> => {
  try {
    const offer = await issuer.readAccount(tokens, account, signal)
    return offer === null || offer.blocked !== null
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    deps.log.info({ channel: account.id, code: error.problem.code }, 'could not check an account of another workspace')
    return false
  }
}

/**
 * The issuer's list can be incomplete. So accounts that are connected already are requested by id
 * before they count as lost.
 */
const findLeftOut = async (
  deps: WebDeps,
  issuer: Issuer,
  { workspaceId, tokens, offers }: Consent,
  signal: AbortSignal,
): Promise<AccountOffer[]> => {
  const known = await listKnownAccounts(deps.sql, workspaceId, issuer.name)
  const missing = known.filter(
    (account) =>
      account.state === 'connected' && account.issuerUserId === tokens.userId && !offers.some((offer) => isSame(offer, account)),
  )
  const found = await Promise.all(missing.map((account) => issuer.readAccount(tokens, account, signal)))
  return found.filter((offer) => offer !== null)
}

/** The tokens from this consent may be revoked in a moment, so nothing is connected with them. */
const beingRevoked = new PlatformError({
  kind: 'unavailable',
  code: 'being_revoked',
  words: 'An earlier connection of this person is being revoked right now. Try again in a minute.',
})

/** `kept`: already connected, so it needs no choice. */
type Choice = AccountOffer & { value: string; kept: boolean }

/** The data for choosing accounts. Contains no tokens. */
export type Choices = {
  accounts: Omit<Choice, 'accountToken'>[]
  /** The name of the person who consented, from the issuer. */
  userName: string
  /** Required permissions that were not granted, each with its purpose. */
  missing: { name: string; purpose: string }[]
  /** False if some of the person's accounts could not be read. */
  isComplete: boolean
  /** Accounts connected through this person that were not shared this time. */
  lost: { platform: string; name: string }[]
  /**
   * Accounts in other workspaces that this consent takes away. Only those in the person's own
   * workspaces are named; the others are counted.
   */
  elsewhere: { named: { name: string; platform: string; workspaceName: string }[]; others: number }
}

/** Null if no choice is pending in this session. */
export const findChoices = async (deps: WebDeps, issuer: Issuer, ref: ConnectionRef): Promise<Choices | null> => {
  const offer = await findOffer(deps.sql, deps.vault, ref)
  if (!offer) return null
  const known = await listKnownAccounts(deps.sql, ref.workspaceId, issuer.name)
  const { tokens } = offer
  const named = await listNamesForMember(deps.sql, ref.userId, offer.lostElsewhere)
  return {
    elsewhere: { named, others: offer.lostElsewhere.length - named.length },
    accounts: choicesOf(offer, known).map(({ accountToken: _token, ...shown }) => shown),
    userName: tokens.userName,
    isComplete: offer.isComplete,
    missing: issuer.scopes.filter((scope) => scope.needed && !tokens.scopes.includes(scope.name)),
    lost: known.filter(
      (account) =>
        account.state === 'connected' &&
        account.issuerUserId === tokens.userId &&
        !offer.accounts.some((offered) => isSame(offered, account)),
    ),
  }
}

type Known = Awaited<ReturnType<typeof listKnownAccounts>>
const isSame = (a: { platform: string; accountId: string }, b: { platform: string; accountId: string }): boolean =>
  a.platform === b.platform && a.accountId === b.accountId

const choicesOf = (offer: Offer, known: Known): Choice[] =>
  offer.accounts.map((account) => ({
    ...account,
    value: `${account.platform}:${account.accountId}`,
    kept: !account.blocked && known.some((one) => one.state !== 'disconnected' && isSame(one, account)),
  }))

/**
 * Stores the grant and the chosen accounts in one transaction. Accounts that were connected before
 * keep their row and their posts. Returns how many accounts are connected now, or null if no choice
 * was pending. If none is chosen, nothing is stored.
 */
export const storeChoice = async (
  deps: WebDeps,
  issuer: Issuer,
  ref: ConnectionRef,
  chosen: string[],
): Promise<{ connected: number } | null> => {
  const offer = await findOffer(deps.sql, deps.vault, ref)
  if (!offer) return null
  const choices = choicesOf(offer, await listKnownAccounts(deps.sql, ref.workspaceId, issuer.name))
  // promise: A2: only accounts that the issuer lists for this person and allows publishing to,
  // regardless of the ids in the form.
  const taken = choices.filter((choice) => !choice.blocked && (choice.kept || chosen.includes(choice.value)))
  if (taken.length === 0) return { connected: 0 }
  const { connected, revived, accounts } = await tx(deps.sql, async (t) => {
    const { workspaceId, userId } = ref
    const at = new Date(deps.now())
    const grantId = await saveGrant(t, deps.vault, { workspaceId, issuer: issuer.name, userId, tokens: offer.tokens, at })
    const shared: string[] = []
    const accounts: NewAvatar[] = []
    for (const { value: _value, kept: _kept, ...account } of taken) {
      const { id, isNew } = await saveChannel(t, deps.vault, { workspaceId, grantId, offer: account })
      shared.push(id)
      accounts.push({ channelId: id, url: account.avatarUrl })
      const facts = { platform: account.platform, isNew }
      await recordEvent(t, { name: 'channel.connected', workspaceId, userId, subjectId: id, facts })
    }
    for (const choice of choices) if (choice.blocked) await markBlocked(t, grantId, choice, choice.blocked)
    await markNotShared(t, grantId, shared, `It was not shared when the connection to ${issuer.label} was renewed.`)
    await endConnections(t, ref)
    const replaced = await endReplacedGrants(t, { workspaceId, issuer: issuer.name }, at)
    for (const id of [grantId, ...replaced]) await enqueue(t, 'grant', id) // promise: U2
    return { connected: taken.length, accounts, revived: await reviveTargets(t, { workspaceId, channelIds: shared }, at) }
  })
  deps.temporal.signalTargets(revived)
  await fetchAvatars(deps, accounts)
  return { connected }
}

/** What can be connected: one entry for each sign-in, with the platforms it covers. */
export const listOffers = ({ platforms: { platforms, issuers } }: Pick<WebDeps, 'platforms'>) =>
  [...issuers.values()].map((issuer) => ({
    ...issuer,
    definitions: issuer.platforms.map((name) => platforms.get(name)).filter((platform) => platform !== undefined),
  }))

/**
 * Gives up the choice without storing anything. The consent at the issuer remains, so this person's
 * connections in this workspace are checked.
 */
export const giveUpChoice = async (deps: WebDeps, issuer: Issuer, ref: ConnectionRef): Promise<void> => {
  const offer = await findOffer(deps.sql, deps.vault, ref)
  await tx(deps.sql, async (t) => {
    await endConnections(t, ref)
    if (!offer) return
    for (const grant of await listGrantsOfPerson(t, { issuer: issuer.name, issuerUserId: offer.tokens.userId })) {
      if (grant.workspaceId !== ref.workspaceId) continue
      await noteCheckBy(t, grant.id, new Date(deps.now()))
      await enqueue(t, 'grant', grant.id)
    }
  })
}
