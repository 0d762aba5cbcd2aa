import type { Db } from '../postgres/connect.ts'
import type { RevocationOutcome } from './revocations.ts'

/** Assignments that end a revocation and delete its tokens and the person's id at the platform. */
const ending = (sql: Db, state: RevocationOutcome, at: Date) => sql`
  state = ${state}, ended_at = ${at}, problem = null, next_try_at = null, calling_until = null,
  access_token_sealed = null, refresh_token_sealed = null, issuer_user_id = null`

/** Ends a revocation. False if it had already ended. */
export const endRevocation = async (
  sql: Db,
  id: string,
  state: RevocationOutcome,
  at: Date,
): Promise<boolean> => {
  const { count } = await sql`
    update revocations set ${ending(sql, state, at)}
    where id = ${id} and state = 'pending'`
  return count > 0
}

/**
 * Ends the pending revocations of an authorization that the person removed at the platform before
 * `saidAt`.
 */
export const endRevocationsOf = async (
  sql: Db,
  said: { issuer: string; issuerUserId: string; saidAt: Date },
  at: Date,
): Promise<void> => {
  await sql`
    update revocations set ${ending(sql, 'revoked', at)}
    where issuer = ${said.issuer} and issuer_user_id = ${said.issuerUserId} and state = 'pending'
      and asked_at < ${said.saidAt}::timestamptz + interval '1 second'`
}

/**
 * Ends revocations that were requested before `cutoff`, and deletes their tokens without the
 * platform's answer. Returns how many.
 */
export const giveUpRevocations = async (
  sql: Db,
  cutoff: Date,
  limit: number,
  now: Date,
): Promise<number> => {
  const { count } = await sql`
    update revocations set ${ending(sql, 'given_up', now)}
    where id = any(array(
      select id from revocations where state = 'pending' and asked_at <= ${cutoff} limit ${limit} for update skip locked))`
  return count
}
