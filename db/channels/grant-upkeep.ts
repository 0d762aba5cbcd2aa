import type { GrantState } from '../platforms/grant.ts'
import type { Db } from './connect.ts'
import type { OpenGrant } from './grants.ts'

/** A grant as its upkeep sees it: no token comes along. */
export type GrantRow = {
  id: string
  workspaceId: string
  issuer: string
  issuerUserId: string
  scopes: string[]
  state: 'active' | 'reauthorize' | 'ended'
  connectedAt: Date
  renewedAt: Date | null
  /** False for an issuer whose access token is exchanged for the next one. */
  hasRefreshToken: boolean
  expiresAt: Date | null
  refreshExpiresAt: Date | null
  dataAccessExpiresAt: Date | null
  nextRenewalAt: Date | null
  renewalFailures: number
  nextCheckAt: Date | null
  warnedOf: Date | null
  warnedDays: number | null
}

/** By its id alone: for workflows, which know nothing else. */
export const findGrant = async (sql: Db, id: string): Promise<GrantRow | undefined> => {
  const [row] = await sql<GrantRow[]>`
    select id, workspace_id, issuer, issuer_user_id, scopes, state, connected_at, renewed_at, refresh_token_sealed is not null as has_refresh_token,
      expires_at, refresh_expires_at, data_access_expires_at, next_renewal_at, renewal_failures, next_check_at, warned_of, warned_days
    from grants where id = ${id}`
  return row
}

/** A renewal that failed for the moment. */
export const noteRenewalFailed = async (sql: Db, id: string, nextAt: Date): Promise<void> => {
  await sql`update grants set renewal_failures = renewal_failures + 1, next_renewal_at = ${nextAt} where id = ${id} and state = 'active'`
}

export const noteNextCheck = async (sql: Db, id: string, nextAt: Date): Promise<void> => {
  await sql`update grants set next_check_at = ${nextAt} where id = ${id} and state = 'active'`
}

/** The issuer called the grant good: until when, for what. Nothing is written when it was renewed or connected again meanwhile. */
export const saveCheck = async (sql: Db, grant: OpenGrant, said: GrantState, at: Date, nextAt: Date): Promise<void> => {
  const { scopes, expiresAtMs, dataAccessExpiresAtMs } = said
  await sql`
    update grants set checked_at = ${at}, next_check_at = ${nextAt}, scopes = coalesce(${scopes}, scopes),
      expires_at = coalesce(${expiresAtMs === null ? null : new Date(expiresAtMs)}, expires_at),
      data_access_expires_at = coalesce(${dataAccessExpiresAtMs === null ? null : new Date(dataAccessExpiresAtMs)}, data_access_expires_at)
    where id = ${grant.id} and state = 'active' and access_token_sealed = ${grant.seal}`
}

/** True when this warning is the caller's to give. Two ends less than half a day apart are the same one, told with another rounding. */
export const claimWarning = async (sql: Db, id: string, endsAt: Date, days: number): Promise<boolean> => {
  const claimed = await sql`
    update grants set warned_of = ${endsAt}, warned_days = ${days}
    where id = ${id} and state = 'active' and (
      warned_of is null or abs(extract(epoch from warned_of - ${endsAt}::timestamptz)) > 43200 or warned_days > ${days})`
  return claimed.count > 0
}

export type GrantChannel = { id: string; platform: string; accountId: string; name: string; state: 'connected' | 'reconnect' }

/** The accounts that are connected through the grant, or wait for a person. */
export const listGrantChannels = (sql: Db, grantId: string): Promise<GrantChannel[]> => sql<GrantChannel[]>`
  select id, platform, account_id, name, state from channels where grant_id = ${grantId} and state <> 'disconnected' order by id`

/** One account that can no longer be used, while the grant goes on. False when it was known. */
export const markChannelLost = async (sql: Db, channelId: string, words: string): Promise<boolean> => {
  const marked = await sql`
    update channels set state = 'reconnect', state_reason = ${words} where id = ${channelId} and state = 'connected'`
  return marked.count > 0
}

/** Grants whose upkeep runs, or should. */
export const listLivingGrants = async (sql: Db, limit: number): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`select id from grants where state = 'active' order by id limit ${limit}`
  return rows.map((row) => row.id)
}
