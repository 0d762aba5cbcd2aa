import type { GrantState } from '../../platforms/grant.ts'
import type { JsonRecord } from '../../platforms/json.ts'
import type { Db } from '../postgres/connect.ts'
import type { OpenGrant } from './grants.ts'

/** A grant as its upkeep needs it. Contains no token. */
export type GrantRow = {
  id: string
  workspaceId: string
  issuer: string
  issuerUserId: string
  scopes: string[]
  state: 'active' | 'reauthorize' | 'ended'
  connectedAt: Date
  renewedAt: Date | null
  /** False if the issuer exchanges the access token itself for the next one. */
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

/** Finds a grant by id alone, for workflows, which know only the id. */
export const findGrant = async (sql: Db, id: string): Promise<GrantRow | undefined> => {
  const [row] = await sql<GrantRow[]>`
    select id, workspace_id, issuer, issuer_user_id, scopes, state, connected_at, renewed_at, refresh_token_sealed is not null as has_refresh_token,
      expires_at, refresh_expires_at, data_access_expires_at, next_renewal_at, renewal_failures, next_check_at, warned_of, warned_days
    from grants where id = ${id}`
  return row
}

/** Records a renewal that failed temporarily. */
export const noteRenewalFailed = async (sql: Db, id: string, nextAt: Date): Promise<void> => {
  await sql`update grants set renewal_failures = renewal_failures + 1, next_renewal_at = ${nextAt} where id = ${id} and state = 'active'`
}

export const noteNextCheck = async (sql: Db, id: string, nextAt: Date): Promise<void> => {
  await sql`update grants set next_check_at = ${nextAt} where id = ${id} and state = 'active'`
}

/**
 * Moves the next check to this time, unless it is already sooner. A null `next_check_at` means at
 * once and stays.
 */
export const noteCheckBy = async (sql: Db, id: string, at: Date): Promise<void> => {
  await sql`update grants set next_check_at = least(next_check_at, ${at})
    where id = ${id} and state = 'active' and next_check_at is not null`
}

/**
 * Stores the issuer's answer to a check: expiry times and permissions. Writes nothing if the grant
 * was renewed or connected again in the meantime.
 */
export const saveCheck = async (
  sql: Db,
  grant: OpenGrant,
  said: GrantState,
  at: Date,
  nextAt: Date,
): Promise<void> => {
  const { scopes, expiresAtMs, dataAccessExpiresAtMs } = said
  await sql`
    update grants set checked_at = ${at}, next_check_at = ${nextAt}, scopes = coalesce(${scopes}, scopes),
      expires_at = coalesce(${expiresAtMs === null ? null : new Date(expiresAtMs)}, expires_at),
      data_access_expires_at = coalesce(${dataAccessExpiresAtMs === null ? null : new Date(dataAccessExpiresAtMs)}, data_access_expires_at)
    where id = ${grant.id} and state = 'active' and access_token_sealed = ${grant.seal}`
}

/**
 * True if the caller should send this warning. Two expiry times less than 12 hours apart count as
 * the same, because issuers round them differently.
 */
export const claimWarning = async (
  sql: Db,
  id: string,
  endsAt: Date,
  days: number,
): Promise<boolean> => {
  const claimed = await sql`
    update grants set warned_of = ${endsAt}, warned_days = ${days}
    where id = ${id} and state = 'active' and (
      warned_of is null or abs(extract(epoch from warned_of - ${endsAt}::timestamptz)) > 43200 or warned_days > ${days})`
  return claimed.count > 0
}

export type GrantChannel = {
  id: string
  workspaceId: string
  platform: string
  accountId: string
  name: string
  handle: string
  settings: JsonRecord
  state: 'connected' | 'reconnect'
}

/** The grant's accounts that are connected or wait to be reconnected. */
export const listGrantChannels = (sql: Db, grantId: string): Promise<GrantChannel[]> => sql<
  GrantChannel[]
>`
  select id, workspace_id, platform, account_id, name, handle, settings, state from channels where grant_id = ${grantId} and state <> 'disconnected' order by id`

/** Marks one account as lost while its grant stays active. False if it was marked already. */
export const markChannelLost = async (
  sql: Db,
  channelId: string,
  words: string,
): Promise<boolean> => {
  const marked = await sql`
    update channels set state = 'reconnect', state_reason = ${words} where id = ${channelId} and state = 'connected'`
  return marked.count > 0
}

/** True if the caller may check the lost account now, because nobody has since `since`. */
export const claimLook = async (
  sql: Db,
  channelId: string,
  at: Date,
  since: Date,
): Promise<boolean> => {
  const claimed = await sql`
    update channels set looked_at = ${at}
    where id = ${channelId} and state = 'reconnect' and (looked_at is null or looked_at < ${since})`
  return claimed.count > 0
}

/**
 * Locks the grant until the transaction ends. False if it was renewed, connected again or ended
 * since it was read.
 */
export const holdUnchanged = async (t: Db, grant: OpenGrant): Promise<boolean> => {
  const rows = await t`
    select from grants where id = ${grant.id} and state = 'active' and access_token_sealed = ${grant.seal} for no key update`
  return rows.length > 0
}

/**
 * A person's active grants at an issuer in all workspaces. A new consent may have changed what each
 * of them reaches.
 */
export const listGrantsOfPerson = async (
  sql: Db,
  { issuer, issuerUserId }: { issuer: string; issuerUserId: string },
): Promise<{ id: string; workspaceId: string }[]> =>
  await sql<{ id: string; workspaceId: string }[]>`
    select id, workspace_id from grants
    where issuer = ${issuer} and issuer_user_id = ${issuerUserId} and state = 'active' order by id`
