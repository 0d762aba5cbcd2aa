import type { GrantTokens } from '../../platforms/grant.ts'
import type { Db } from '../postgres/connect.ts'
import type { Vault } from '../vault/vault.ts'
import { later, type OpenGrant, tokenColumns } from './grants.ts'

/** How long a renewal holds the lease, in seconds. Longer than the timeout of the call. */
const leaseS = 60
/** The pause after a renewal that failed temporarily, in seconds. */
const restS = 30

export type RenewalClaim =
  | { mine: true }
  /** Another process is renewing it. */
  | { mine: false; busy: true }
  /** A renewal has just failed. */
  | { mine: false; busy: false; againInMs: number }
  /** The tokens have changed since the caller read them. */
  | { mine: false; changed: true }

/**
 * Claims the renewal lease if nobody holds it and the tokens haven't changed since the caller read
 * them. `at` is the caller's clock. The lease is 40 s longer than a call, so clocks of several
 * machines may differ by that much.
 */
export const claimRenewal = async (
  sql: Db,
  grant: OpenGrant,
  renewer: string,
  at: Date,
): Promise<RenewalClaim> => {
  const claimed = await sql`
    update grants set renewing_by = ${renewer}, renewing_until = ${later(at, leaseS)}
    where id = ${grant.id} and access_token_sealed = ${grant.seal} and state = 'active'
      and (renewing_until is null or renewing_until < ${at})`
  if (claimed.count > 0) return { mine: true }
  const [row] = await sql<{ same: boolean; busy: boolean; againInMs: number }[]>`
    select access_token_sealed is not distinct from ${grant.seal} and state = 'active' as same, renewing_by is not null as busy,
      greatest(0, coalesce(extract(epoch from renewing_until - ${at}) * 1000, 0))::float8 as again_in_ms
    from grants where id = ${grant.id}`
  if (!row?.same) return { mine: false, changed: true }
  return row.busy
    ? { mine: false, busy: true }
    : { mine: false, busy: false, againInMs: row.againInMs }
}

/**
 * Stores the new tokens and releases the lease in one statement. False if the lease was lost or the
 * grant ended in the meantime.
 */
export const saveRenewal = async (
  sql: Db,
  vault: Vault,
  grant: OpenGrant,
  renewer: string,
  tokens: GrantTokens,
  at: Date,
): Promise<boolean> => {
  const saved = await sql`
    update grants set ${tokenColumns(sql, vault, grant.id, tokens)}, renewed_at = ${at}, renewing_by = null, renewing_until = null,
      next_renewal_at = null, renewal_failures = 0
      ${tokens.scopes.length > 0 ? sql`, scopes = ${tokens.scopes}` : sql``}
    where id = ${grant.id} and renewing_by = ${renewer} and access_token_sealed = ${grant.seal} and state = 'active'`
  return saved.count > 0
}

/**
 * Releases the lease after a renewal that failed temporarily. The next try is possible after
 * `restS`.
 */
export const restRenewal = async (
  sql: Db,
  grantId: string,
  renewer: string,
  at: Date,
): Promise<void> => {
  await sql`
    update grants set renewing_by = null, renewing_until = ${later(at, restS)}
    where id = ${grantId} and renewing_by = ${renewer}`
}
