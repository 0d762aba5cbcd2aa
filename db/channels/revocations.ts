import { z } from 'zod'
import type { Db } from '../postgres/connect.ts'
import type { Vault } from '../vault/vault.ts'

// promise: R2
/**
 * How many days revoking is retried if the platform can't be reached. Then the tokens are deleted
 * without its answer. The same for disconnecting and erasing; the policy and the pages show it.
 */
export const revocationDays = 3

export type RevocationState = 'pending' | 'revoked' | 'kept' | 'unusable' | 'given_up'
export type RevocationOutcome = Exclude<RevocationState, 'pending'>

/** A pending revocation. Only `openRevocationTokens` decrypts its tokens. */
export type Revocation = {
  id: string
  issuer: string
  issuerUserId: string
  workspaceId: string | null
  channelId: string | null
  requestId: string | null
  platform: string | null
  askedAt: Date
  givesUpAt: Date
  accessExpiresAt: Date | null
  nextTryAt: Date | null
  tries: number
}

/** The revocations of a disconnected account, or of a deletion request. */
export type RevocationScope = { channelId: string } | { requestId: string }

const isOf = (sql: Db, scope: RevocationScope) =>
  'channelId' in scope
    ? sql`r.channel_id = ${scope.channelId}`
    : sql`r.request_id = ${scope.requestId}`

const place = (id: string, column: string) => ({ table: 'revocations', id, column })

export type TokensToRevoke = {
  accessToken: string
  refreshToken: string | null
  expiresAt: Date | null
}

export type NewRevocation = {
  issuer: string
  issuerUserId: string
  workspaceId: string
  grantId: string
  channelId?: string
  requestId?: string
  askedBy?: string
  at: Date
  erasesHistory?: boolean
}

/**
 * Stores encrypted tokens where only revoking reads them. Call it in the transaction that deletes
 * them from the grant.
 */
export const insertRevocation = async (
  sql: Db,
  vault: Vault,
  ask: NewRevocation,
  tokens: TokensToRevoke,
): Promise<void> => {
  const id = crypto.randomUUID()
  const { accessToken, refreshToken, expiresAt } = tokens
  await sql`
    insert into revocations (id, issuer, issuer_user_id, workspace_id, grant_id, channel_id, request_id, asked_by, asked_at, erases_history,
      access_token_sealed, refresh_token_sealed, access_expires_at, gives_up_at)
    values (${id}, ${ask.issuer}, ${ask.issuerUserId}, ${ask.workspaceId}, ${ask.grantId}, ${ask.channelId ?? null},
      ${ask.requestId ?? null}, ${ask.askedBy ?? null}, ${ask.at}, ${ask.erasesHistory ?? false},
      ${vault.seal(accessToken, place(id, 'access_token_sealed'))},
      ${refreshToken === null ? null : vault.seal(refreshToken, place(id, 'refresh_token_sealed'))},
      ${expiresAt}, ${ask.at}::timestamptz + make_interval(days => ${revocationDays}))`
}

/**
 * Records that there is nothing to revoke: another connection uses the authorization (`kept`), or
 * its tokens were already gone (`unusable`).
 */
export const insertEndedRevocation = async (
  sql: Db,
  ask: NewRevocation,
  state: 'kept' | 'unusable',
): Promise<void> => {
  await sql`
    insert into revocations (issuer, workspace_id, grant_id, channel_id, request_id, asked_by, asked_at, erases_history, gives_up_at, state, ended_at)
    values (${ask.issuer}, ${ask.workspaceId}, ${ask.grantId}, ${ask.channelId ?? null}, ${ask.requestId ?? null},
      ${ask.askedBy ?? null}, ${ask.at}, ${ask.erasesHistory ?? false}, ${ask.at}, ${state}, ${ask.at})`
}

export const listPendingRevocations = (
  sql: Db,
  scope: RevocationScope,
): Promise<Revocation[]> => sql<Revocation[]>`
  select r.id, r.issuer, r.issuer_user_id, r.workspace_id, r.channel_id, r.request_id, c.platform, r.asked_at, r.gives_up_at,
    r.access_expires_at, r.next_try_at, r.tries
  from revocations r left join channels c on c.id = r.channel_id
  where ${isOf(sql, scope)} and r.state = 'pending' order by r.id`

const sealed = z.object({ access: z.string(), refresh: z.string().nullable() })

/** The decrypted tokens, only for revoking. Null if the revocation has ended. */
export const openRevocationTokens = async (
  sql: Db,
  vault: Vault,
  id: string,
): Promise<Omit<TokensToRevoke, 'expiresAt'> | null> => {
  const [row] = await sql`
    select access_token_sealed as access, refresh_token_sealed as refresh from revocations where id = ${id} and state = 'pending'`
  if (!row) return null
  const { access, refresh } = sealed.parse(row)
  return {
    accessToken: vault.open(access, place(id, 'access_token_sealed')),
    refreshToken: refresh === null ? null : vault.open(refresh, place(id, 'refresh_token_sealed')),
  }
}

/** Stores tokens that were renewed in order to revoke them. TikTok invalidates the old ones. */
export const saveRevocationTokens = async (
  sql: Db,
  vault: Vault,
  id: string,
  tokens: TokensToRevoke,
): Promise<void> => {
  const { accessToken, refreshToken, expiresAt } = tokens
  await sql`
    update revocations set access_token_sealed = ${vault.seal(accessToken, place(id, 'access_token_sealed'))},
      refresh_token_sealed = ${refreshToken === null ? null : vault.seal(refreshToken, place(id, 'refresh_token_sealed'))},
      access_expires_at = ${expiresAt}
    where id = ${id} and state = 'pending'`
}

/**
 * Claims the right to call the platform until `until`. False if the revocation has ended or another
 * process is calling.
 */
export const claimRevoking = async (
  sql: Db,
  id: string,
  { now, until }: { now: Date; until: Date },
): Promise<boolean> => {
  const { count } = await sql`
    update revocations set calling_until = ${until}
    where id = ${id} and state = 'pending' and (calling_until is null or calling_until <= ${now})`
  return count > 0
}

/** Schedules the next try. `words`: what the platform said, or null if it was not called. */
export const postponeRevocation = async (
  sql: Db,
  id: string,
  { words, nextTryAt }: { words: string | null; nextTryAt: Date },
): Promise<void> => {
  await sql`
    update revocations set calling_until = null, next_try_at = ${nextTryAt}, problem = coalesce(${words}, problem),
      tries = tries + ${words === null ? 0 : 1}
    where id = ${id} and state = 'pending'`
}

/** Links pending revocations of these grants to a deletion request. Returns how many. */
export const followRevocations = async (
  sql: Db,
  requestId: string,
  grantIds: string[],
): Promise<number> => {
  const { count } = await sql`
    update revocations set request_id = ${requestId}
    where grant_id = any(${grantIds}::uuid[]) and state = 'pending' and request_id is null`
  return count
}
