import type { AccountOffer, GrantTokens } from '../../platforms/grant.ts'
import type { Db } from '../postgres/connect.ts'
import { hashSecret, newSecret } from '../vault/secrets.ts'
import type { Vault } from '../vault/vault.ts'

/** A person who is at the platform's consent page, or choosing accounts afterwards. */
export type ConnectionRef = {
  workspaceId: string
  userId: string
  sessionId: string
  issuer: string
}
/** The result of a consent, kept encrypted until the person has chosen accounts. */
export type Offer = {
  tokens: GrantTokens
  accounts: AccountOffer[]
  isComplete: boolean
  /** Ids of accounts in other workspaces that the consent took away. */
  lostElsewhere: string[]
}

/** promise: R2, S1: how long a consent, and the tokens it gave, wait for the choice of accounts. */
export const consentMinutes = 60

const place = (stateHash: Buffer, column: string) => ({
  table: 'connections_under_way',
  id: stateHash.toString('hex'),
  column,
})

/**
 * Starts a connection. `state` is sent to the platform and back, and is valid only in this session.
 */
export const beginConnection = async (
  sql: Db,
  vault: Vault,
  ref: ConnectionRef,
): Promise<{ state: string; verifier: string }> => {
  const [state, verifier] = [newSecret(), newSecret()]
  const stateHash = hashSecret(state)
  await deleteExpiredConnections(sql)
  await sql`
    insert into connections_under_way (state_hash, workspace_id, user_id, session_id, issuer, verifier_sealed, expires_at)
    values (${stateHash}, ${ref.workspaceId}, ${ref.userId}, ${ref.sessionId}, ${ref.issuer},
      ${vault.seal(verifier, place(stateHash, 'verifier_sealed'))}, now() + make_interval(mins => ${consentMinutes}))`
  return { state, verifier }
}

export type TakenAnswer =
  | { known: true; workspaceId: string; verifier: string }
  /** The callback came a second time: a reload, or someone who has seen the URL. */
  | { known: true; workspaceId: string; verifier: null }
  | { known: false }

/**
 * Accepts the platform's callback for this state: once, in the session that started it, within an
 * hour.
 */
export const takeAnswer = async (
  sql: Db,
  vault: Vault,
  answer: { state: string; sessionId: string; issuer: string },
): Promise<TakenAnswer> => {
  const stateHash = hashSecret(answer.state)
  const [row] = await sql<{ workspaceId: string; seal: string | null }[]>`
    with taken as (
      update connections_under_way c set verifier_sealed = null from connections_under_way before
      where before.state_hash = c.state_hash and c.state_hash = ${stateHash} and c.session_id = ${answer.sessionId}
        and c.issuer = ${answer.issuer} and c.expires_at > now() and c.verifier_sealed is not null
      returning before.verifier_sealed)
    select workspace_id, (select verifier_sealed from taken) as seal from connections_under_way
    where state_hash = ${stateHash} and session_id = ${answer.sessionId} and issuer = ${answer.issuer} and expires_at > now()`
  if (!row) return { known: false }
  const { workspaceId, seal } = row
  if (seal === null) return { known: true, workspaceId, verifier: null }
  return {
    known: true,
    workspaceId,
    verifier: vault.open(seal, place(stateHash, 'verifier_sealed')),
  }
}

/**
 * promise: S1: stores the tokens encrypted, for at most an hour, until the person has chosen
 * accounts.
 */
export const keepOffer = async (
  sql: Db,
  vault: Vault,
  state: string,
  offer: Offer,
): Promise<void> => {
  const stateHash = hashSecret(state)
  await sql`
    update connections_under_way set offer_sealed = ${vault.seal(JSON.stringify(offer), place(stateHash, 'offer_sealed'))},
      issuer_user_id = ${offer.tokens.userId}
    where state_hash = ${stateHash}`
}

/** The newest offer in this session that waits for a choice. */
export const findOffer = async (
  sql: Db,
  vault: Vault,
  ref: ConnectionRef,
): Promise<Offer | null> => {
  const [row] = await sql<{ stateHash: Buffer; seal: string }[]>`
    select state_hash, offer_sealed as seal from connections_under_way
    where ${isOf(sql, ref)} and offer_sealed is not null and expires_at > now() order by created_at desc limit 1`
  if (!row) return null
  const stored = JSON.parse(
    vault.open(row.seal, place(row.stateHash, 'offer_sealed')),
  ) as Partial<Offer> & Pick<Offer, 'tokens' | 'accounts'>
  // Offers of earlier versions lack these fields.
  return { isComplete: true, lostElsewhere: [], ...stored }
}

/**
 * Deletes pending connections after accounts were chosen or the choice was given up. Call it in the
 * transaction that stores the choice.
 */
export const endConnections = async (sql: Db, ref: ConnectionRef): Promise<void> => {
  await sql`delete from connections_under_way where ${isOf(sql, ref)}`
}

/** Deletes expired consents, with their tokens. */
export const deleteExpiredConnections = async (sql: Db): Promise<void> => {
  await sql`delete from connections_under_way where expires_at <= now()`
}

const isOf = (sql: Db, ref: ConnectionRef) => sql`
  session_id = ${ref.sessionId} and user_id = ${ref.userId} and workspace_id = ${ref.workspaceId} and issuer = ${ref.issuer}`
