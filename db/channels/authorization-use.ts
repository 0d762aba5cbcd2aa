import type { Db } from '../postgres/connect.ts'

/** A person's authorization at an issuer. Revoking it ends it in every workspace. */
export type Authorization = { issuer: string; issuerUserId: string }

/**
 * Locks the authorization until the transaction ends, so that connecting and revoking wait for each
 * other.
 */
export const lockAuthorization = async (
  t: Db,
  { issuer, issuerUserId }: Authorization,
): Promise<void> => {
  await t`select pg_advisory_xact_lock(hashtextextended('authorization ' || ${issuer} || ' ' || ${issuerUserId}, 0))`
}

/**
 * Whether revoking would end a connection. `used`: accounts are connected through it in any
 * workspace, including accounts that wait to be reconnected. `choosing`: a person has consented and
 * is choosing accounts. Call it under `lockAuthorization`.
 */
export const findAuthorizationUse = async (
  t: Db,
  { issuer, issuerUserId }: Authorization,
  now: Date,
): Promise<'used' | 'choosing' | 'free'> => {
  const [row] = await t<{ used: boolean; choosing: boolean }[]>`
    select
      exists (select from grants g join channels c on c.grant_id = g.id
        where g.issuer = ${issuer} and g.issuer_user_id = ${issuerUserId} and g.state <> 'ended' and c.state <> 'disconnected') as used,
      exists (select from connections_under_way u
        where u.issuer = ${issuer} and u.issuer_user_id = ${issuerUserId} and u.expires_at > ${now}) as choosing`
  if (row?.used) return 'used'
  return row?.choosing ? 'choosing' : 'free'
}

/** Whether the platform is being asked to revoke it at this moment. */
export const isBeingRevoked = async (
  t: Db,
  { issuer, issuerUserId }: Authorization,
  now: Date,
): Promise<boolean> => {
  const rows = await t`
    select from revocations
    where issuer = ${issuer} and issuer_user_id = ${issuerUserId} and state = 'pending' and calling_until > ${now}`
  return rows.length > 0
}
