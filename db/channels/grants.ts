import type { GrantTokens } from '../../platforms/grant.ts'
import type { Db } from '../postgres/connect.ts'
import type { Vault } from '../vault/vault.ts'

/** A grant with decrypted tokens. Exists only inside the activity or callback that uses it. */
export type OpenGrant = {
  id: string
  workspaceId: string
  issuer: string
  issuerUserId: string
  state: 'active' | 'reauthorize' | 'ended'
  accessToken: string
  refreshToken: string | null
  expiresAt: Date | null
  /**
   * The access token as stored. Shows whether the grant was renewed or connected again since it was
   * read.
   */
  seal: string
}

const place = (id: string, column: string) => ({ table: 'grants', id, column })

/** Null if the workspace has no such grant, or if its tokens were deleted. */
export const openGrant = async (
  sql: Db,
  vault: Vault,
  workspaceId: string,
  id: string,
): Promise<OpenGrant | null> => {
  const [row] = await sql<
    (Omit<OpenGrant, 'accessToken' | 'refreshToken'> & { refreshSeal: string | null })[]
  >`
    select id, workspace_id, issuer, issuer_user_id, state, expires_at, access_token_sealed as seal, refresh_token_sealed as refresh_seal
    from grants where id = ${id} and workspace_id = ${workspaceId} and access_token_sealed is not null`
  if (!row) return null
  const { refreshSeal, ...grant } = row
  return {
    ...grant,
    accessToken: vault.open(grant.seal, place(id, 'access_token_sealed')),
    refreshToken:
      refreshSeal === null ? null : vault.open(refreshSeal, place(id, 'refresh_token_sealed')),
  }
}

/**
 * Creates the grant of a consent, or reactivates the grant of the same person at the same issuer.
 */
export const saveGrant = async (
  sql: Db,
  vault: Vault,
  grant: { workspaceId: string; issuer: string; userId: string; tokens: GrantTokens; at?: Date },
): Promise<string> => {
  const at = grant.at ?? new Date()
  const { tokens } = grant
  const [row] = await sql<{ id: string }[]>`
    insert into grants (workspace_id, issuer, issuer_user_id, user_name, scopes, connected_by, connected_at)
    values (${grant.workspaceId}, ${grant.issuer}, ${tokens.userId}, ${tokens.userName}, ${tokens.scopes}, ${grant.userId}, ${at})
    on conflict on constraint grants_user_unique do update set
      user_name = coalesce(nullif(excluded.user_name, ''), grants.user_name), scopes = excluded.scopes, state = 'active', state_reason = null,
      connected_by = excluded.connected_by, connected_at = excluded.connected_at, renewed_at = null, ended_at = null,
      renewing_by = null, renewing_until = null, next_renewal_at = null, renewal_failures = 0, next_check_at = null,
      warned_of = null, warned_days = null
    returning id`
  const { id } = row!
  await sql`update grants set ${tokenColumns(sql, vault, id, tokens)} where id = ${id}`
  return id
}

// promise: S1
export const tokenColumns = (sql: Db, vault: Vault, id: string, tokens: GrantTokens) => sql`
  access_token_sealed = ${vault.seal(tokens.accessToken, place(id, 'access_token_sealed'))},
  refresh_token_sealed = ${tokens.refreshToken === null ? null : vault.seal(tokens.refreshToken, place(id, 'refresh_token_sealed'))},
  expires_at = ${moment(tokens.expiresAtMs)}, refresh_expires_at = ${moment(tokens.refreshExpiresAtMs)},
  data_access_expires_at = ${moment(tokens.dataAccessExpiresAtMs)}`

export const later = (at: Date, seconds: number): Date => new Date(at.getTime() + seconds * 1000)

const moment = (ms: number | null): Date | null => (ms === null ? null : new Date(ms))

/**
 * Marks a grant that the issuer no longer accepts. Its channels wait for a person to reconnect
 * them. False, with nothing changed, if the tokens are no longer those that were refused.
 */
export const markReauthorize = async (
  sql: Db,
  grant: OpenGrant,
  why: { code: string; words: string },
): Promise<boolean> => {
  const [row] = await sql<{ id: string }[]>`
    with broken as (
      update grants set state = 'reauthorize', state_reason = ${why.code}, renewing_by = null, renewing_until = null
      where id = ${grant.id} and state = 'active' and access_token_sealed = ${grant.seal} returning id),
    waiting as (
      update channels set state = 'reconnect', state_reason = ${why.words}
      where grant_id in (select id from broken) and state = 'connected')
    select id from broken`
  return row !== undefined
}

// promise: R2, S6
/**
 * Ends grants without connected accounts, because their accounts were connected through another
 * person. Returns their ids.
 */
export const endReplacedGrants = async (
  t: Db,
  grant: { workspaceId: string; issuer: string },
  at: Date,
): Promise<string[]> => {
  const unused = await t<{ id: string }[]>`
    select id from grants g where workspace_id = ${grant.workspaceId} and issuer = ${grant.issuer} and state <> 'ended'
      and not exists (select from channels c where c.grant_id = g.id and c.state <> 'disconnected')`
  for (const { id } of unused) await endGrant(t, id, 'replaced', at)
  return unused.map(({ id }) => id)
}

// promise: R2
/** Assignments of `update grants` that end a grant and delete its tokens. */
export const endingGrant = (sql: Db, reason: string | null, at: Date) => sql`
  state = 'ended', state_reason = ${reason}, ended_at = ${at}, ${withoutTokens(sql)}`

export const withoutTokens = (sql: Db) => sql`
  access_token_sealed = null, refresh_token_sealed = null, renewing_by = null, renewing_until = null`

export const endGrant = async (
  sql: Db,
  id: string,
  reason: string | null,
  at: Date,
): Promise<void> => {
  await sql`update grants set ${endingGrant(sql, reason, at)} where id = ${id}`
}

/** Locks the grant until the transaction ends. False if the workspace has no such grant. */
export const lockGrant = async (
  t: Db,
  ref: { workspaceId: string; grantId: string },
): Promise<boolean> => {
  const rows =
    await t`select from grants where id = ${ref.grantId} and workspace_id = ${ref.workspaceId} for no key update`
  return rows.length > 0
}
