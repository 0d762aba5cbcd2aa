import { listKnownAccounts, markBlocked, markNotShared, saveChannel } from '../db/channels.ts'
import { tx } from '../db/connect.ts'
import { type ConnectionRef, endConnections, findOffer, keepOffer, type Offer } from '../db/connections.ts'
import { recordEvent } from '../db/events.ts'
import { endReplacedGrants, saveGrant } from '../db/grants.ts'
import { enqueue } from '../db/outbox.ts'
import { reviveTargets } from '../db/waiting-targets.ts'
import type { AccountOffer, Issuer } from '../platforms/grant.ts'
import type { WebDeps } from './env.ts'

const exchangeTimeoutMs = 30_000

export const redirectUri = (deps: Pick<WebDeps, 'config'>, issuer: Issuer): string =>
  `${deps.config.publicUrl}/oauth/${issuer.name}/callback`

/** Code → lasting tokens and the accounts they reach, kept sealed until the person has chosen. Throws PlatformError. */
export const fetchOffer = async (
  deps: WebDeps,
  issuer: Issuer,
  answer: { code: string; state: string; verifier: string },
): Promise<void> => {
  const signal = AbortSignal.timeout(exchangeTimeoutMs)
  const { code, state, verifier } = answer
  const tokens = await issuer.exchange({ code, redirectUri: redirectUri(deps, issuer), verifier, signal })
  const accounts = await issuer.listAccounts(tokens, signal)
  await keepOffer(deps.sql, deps.vault, state, { tokens, accounts })
}

/** `kept`: connected already, so that choosing it is not asked. */
export type Choice = AccountOffer & { value: string; kept: boolean }

/** What a person chooses from, without any token. */
export type Choices = {
  accounts: Omit<Choice, 'accountToken'>[]
  /** Whom the issuer says consented. */
  userName: string
  /** Needed permissions that were left unticked, each with what it is for. */
  missing: { name: string; purpose: string }[]
  /** Accounts connected through this person that were not shared this time. */
  lost: { platform: string; name: string }[]
}

/** Null when nothing waits for a choice in this session. */
export const findChoices = async (deps: WebDeps, issuer: Issuer, ref: ConnectionRef): Promise<Choices | null> => {
  const offer = await findOffer(deps.sql, deps.vault, ref)
  if (!offer) return null
  const known = await listKnownAccounts(deps.sql, ref.workspaceId, issuer.name)
  const { tokens } = offer
  return {
    accounts: choicesOf(offer, known).map(({ accountToken: _token, ...shown }) => shown),
    userName: tokens.userName,
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
 * Stores the grant and the chosen accounts in one transaction; what was connected before keeps its row and its posts. Answers
 * how many accounts are connected now, or null when nothing waited for a choice. With none chosen, nothing is stored.
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
  // promise: A2: of all that the issuer says this person administers, and may publish to; never what a form merely names.
  const taken = choices.filter((choice) => !choice.blocked && (choice.kept || chosen.includes(choice.value)))
  if (taken.length === 0) return { connected: 0 }
  const { connected, revived } = await tx(deps.sql, async (t) => {
    const { workspaceId, userId } = ref
    const at = new Date(deps.now())
    const grantId = await saveGrant(t, deps.vault, { workspaceId, issuer: issuer.name, userId, tokens: offer.tokens, at })
    const shared: string[] = []
    for (const { value: _value, kept: _kept, ...account } of taken) {
      const { id, isNew } = await saveChannel(t, deps.vault, { workspaceId, grantId, offer: account })
      shared.push(id)
      const facts = { platform: account.platform, isNew }
      await recordEvent(t, { name: 'channel.connected', workspaceId, userId, subjectId: id, facts })
    }
    for (const choice of choices) if (choice.blocked) await markBlocked(t, grantId, choice, choice.blocked)
    await markNotShared(t, grantId, shared, `It was not shared when the connection to ${issuer.label} was renewed.`)
    await endConnections(t, ref)
    const replaced = await endReplacedGrants(t, { workspaceId, issuer: issuer.name }, at)
    for (const id of [grantId, ...replaced]) await enqueue(t, 'grant', id) // promise: U2
    return { connected: taken.length, revived: await reviveTargets(t, { workspaceId, channelIds: shared }, at) }
  })
  await deps.temporal.nudge(revived)
  return { connected }
}
