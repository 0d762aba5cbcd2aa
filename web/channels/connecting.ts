import {
  type Authorization,
  isBeingRevoked,
  lockAuthorization,
} from '../../db/channels/authorization-use.ts'
import { consentMinutes, keepOffer } from '../../db/channels/consents.ts'
import { listGrantsOfPerson, noteCheckBy } from '../../db/channels/grant-upkeep.ts'
import {
  type ConnectedElsewhere,
  listConnectedElsewhere,
  listKnownAccounts,
} from '../../db/channels/known-accounts.ts'
import { enqueue } from '../../db/notifications/outbox.ts'
import { type Db, tx } from '../../db/postgres/connect.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { AccountOffer, GrantTokens, Issuer } from '../../platforms/grant.ts'
import type { WebDeps } from '../http/env.ts'

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
  const tokens = await issuer.exchange({
    code,
    redirectUri: redirectUri(deps, issuer),
    verifier,
    signal,
  })
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
const askChecks = async (
  t: Db,
  authorization: Authorization,
  workspaceId: string,
  nowMs: number,
): Promise<void> => {
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
    const gone = await Promise.all(
      few.map((account) => isGone(deps, issuer, tokens, account, signal)),
    )
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
    deps.log.info(
      { channel: account.id, code: error.problem.code },
      'could not check an account of another workspace',
    )
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
      account.state === 'connected' &&
      account.issuerUserId === tokens.userId &&
      !offers.some((offer) => isSame(offer, account)),
  )
  const found = await Promise.all(
    missing.map((account) => issuer.readAccount(tokens, account, signal)),
  )
  return found.filter((offer) => offer !== null)
}

/** The tokens from this consent may be revoked in a moment, so nothing is connected with them. */
const beingRevoked = new PlatformError({
  kind: 'unavailable',
  code: 'being_revoked',
  words: 'An earlier connection of this person is being revoked right now. Try again in a minute.',
})

export const isSame = (
  a: { platform: string; accountId: string },
  b: { platform: string; accountId: string },
): boolean => a.platform === b.platform && a.accountId === b.accountId

/** What can be connected: one entry for each sign-in, with the platforms it covers. */
export const listOffers = ({ platforms: { platforms, issuers } }: Pick<WebDeps, 'platforms'>) =>
  [...issuers.values()].map((issuer) => ({
    ...issuer,
    definitions: issuer.platforms
      .map((name) => platforms.get(name))
      .filter((platform) => platform !== undefined),
  }))
