import { markBlocked, markNotShared, saveChannel } from '../../db/channels/channels.ts'
import {
  type ConnectionRef,
  endConnections,
  findOffer,
  type Offer,
} from '../../db/channels/consents.ts'
import { listGrantsOfPerson, noteCheckBy } from '../../db/channels/grant-upkeep.ts'
import { endReplacedGrants, saveGrant } from '../../db/channels/grants.ts'
import { listKnownAccounts, listNamesForMember } from '../../db/channels/known-accounts.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { enqueue } from '../../db/notifications/outbox.ts'
import { tx } from '../../db/postgres/connect.ts'
import { reviveTargets } from '../../db/posts/waiting-targets.ts'
import type { AccountOffer, Issuer } from '../../platforms/grant.ts'
import type { WebDeps } from '../http/env.ts'
import { fetchAvatars, type NewAvatar } from './avatars.ts'
import { isSame } from './connecting.ts'

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
export const findChoices = async (
  deps: WebDeps,
  issuer: Issuer,
  ref: ConnectionRef,
): Promise<Choices | null> => {
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

const choicesOf = (offer: Offer, known: Known): Choice[] =>
  offer.accounts.map((account) => ({
    ...account,
    value: `${account.platform}:${account.accountId}`,
    kept:
      !account.blocked && known.some((one) => one.state !== 'disconnected' && isSame(one, account)),
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
  const taken = choices.filter(
    (choice) => !choice.blocked && (choice.kept || chosen.includes(choice.value)),
  )
  if (taken.length === 0) return { connected: 0 }
  const { connected, revived, accounts } = await tx(deps.sql, async (t) => {
    const { workspaceId, userId } = ref
    const at = new Date(deps.now())
    const grantId = await saveGrant(t, deps.vault, {
      workspaceId,
      issuer: issuer.name,
      userId,
      tokens: offer.tokens,
      at,
    })
    const shared: string[] = []
    const accounts: NewAvatar[] = []
    for (const { value: _value, kept: _kept, ...account } of taken) {
      const { id, isNew } = await saveChannel(t, deps.vault, {
        workspaceId,
        grantId,
        offer: account,
      })
      shared.push(id)
      accounts.push({ channelId: id, url: account.avatarUrl })
      const facts = { platform: account.platform, isNew }
      await recordEvent(t, { name: 'channel.connected', workspaceId, userId, subjectId: id, facts })
    }
    for (const choice of choices)
      if (choice.blocked) await markBlocked(t, grantId, choice, choice.blocked)
    await markNotShared(
      t,
      grantId,
      shared,
      `It was not shared when the connection to ${issuer.label} was renewed.`,
    )
    await endConnections(t, ref)
    const replaced = await endReplacedGrants(t, { workspaceId, issuer: issuer.name }, at)
    for (const id of [grantId, ...replaced]) await enqueue(t, 'grant', id) // promise: U2
    return {
      connected: taken.length,
      accounts,
      revived: await reviveTargets(t, { workspaceId, channelIds: shared }, at),
    }
  })
  deps.temporal.signalTargets(revived)
  await fetchAvatars(deps, accounts)
  return { connected }
}

/**
 * Gives up the choice without storing anything. The consent at the issuer remains, so this person's
 * connections in this workspace are checked.
 */
export const giveUpChoice = async (
  deps: WebDeps,
  issuer: Issuer,
  ref: ConnectionRef,
): Promise<void> => {
  const offer = await findOffer(deps.sql, deps.vault, ref)
  await tx(deps.sql, async (t) => {
    await endConnections(t, ref)
    if (!offer) return
    for (const grant of await listGrantsOfPerson(t, {
      issuer: issuer.name,
      issuerUserId: offer.tokens.userId,
    })) {
      if (grant.workspaceId !== ref.workspaceId) continue
      await noteCheckBy(t, grant.id, new Date(deps.now()))
      await enqueue(t, 'grant', grant.id)
    }
  })
}
