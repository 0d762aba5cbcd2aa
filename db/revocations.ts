import type { GrantTokens } from '../platforms/grant.ts'
import type { Db } from './connect.ts'
import { positions } from './deletion-requests.ts'
import type { Vault } from './vault.ts'

/** Tokens that are only left to be revoked. promise: R2, S1 */
export type KeptTokens = Pick<GrantTokens, 'accessToken' | 'refreshToken' | 'expiresAtMs'>
export type Revocation = { id: string; issuer: string; issuerUserId: string; createdAt: Date; tokens: KeptTokens }

const place = (id: string) => ({ table: 'revocations', id, column: 'tokens_sealed' })

/** Sets tokens aside, with a line on the request's page for their issuer. */
export const insertRevocation = async (
  sql: Db,
  vault: Vault,
  given: { requestId: string; issuer: string; issuerUserId: string; tokens: KeptTokens; now: Date },
): Promise<void> => {
  const id = crypto.randomUUID()
  await sql`
    insert into revocations (id, request_id, issuer, issuer_user_id, tokens_sealed, created_at)
    values (${id}, ${given.requestId}, ${given.issuer}, ${given.issuerUserId},
      ${vault.seal(JSON.stringify(given.tokens), place(id))}, ${given.now})`
  await sql`
    insert into deletion_steps (request_id, position, name, issuer)
    select ${given.requestId}, ${positions.revoke} + count(*), 'revoke', ${given.issuer} from deletion_steps
    where request_id = ${given.requestId} and name = 'revoke'
    having not exists (select from deletion_steps where request_id = ${given.requestId} and name = 'revoke' and issuer = ${given.issuer})`
}

export const listIssuersToRevoke = async (sql: Db, requestId: string): Promise<string[]> => {
  const rows = await sql<{ issuer: string }[]>`
    select distinct issuer from revocations where request_id = ${requestId} and ended_at is null`
  return rows.map((row) => row.issuer)
}

export const listOpenRevocations = async (sql: Db, vault: Vault, requestId: string, issuer: string): Promise<Revocation[]> => {
  const rows = await sql<(Omit<Revocation, 'tokens'> & { seal: string })[]>`
    select id, issuer, issuer_user_id, created_at, tokens_sealed as seal from revocations
    where request_id = ${requestId} and issuer = ${issuer} and ended_at is null order by id`
  return rows.map(({ seal, ...one }) => ({ ...one, tokens: JSON.parse(vault.open(seal, place(one.id))) as KeptTokens }))
}

/** A renewal on the way to revoking: the old pair may be dead. */
export const keepRenewedTokens = async (sql: Db, vault: Vault, id: string, tokens: KeptTokens): Promise<void> => {
  await sql`update revocations set tokens_sealed = ${vault.seal(JSON.stringify(tokens), place(id))} where id = ${id}`
}

/** Over, one way or the other: the tokens go. */
export const endRevocation = async (sql: Db, id: string, now: Date): Promise<void> => {
  await sql`update revocations set tokens_sealed = null, issuer_user_id = null, ended_at = ${now} where id = ${id}`
}

export const markRevoking = async (
  sql: Db,
  step: { requestId: string; issuer: string; state: 'trying' | 'done' | 'gave_up'; nextTryAt: Date | null; now: Date },
): Promise<void> => {
  await sql`
    update deletion_steps set state = ${step.state}, next_try_at = ${step.nextTryAt},
      ended_at = ${step.state === 'trying' ? null : step.now}
    where request_id = ${step.requestId} and name = 'revoke' and issuer = ${step.issuer}
      and state in ('waits', 'trying')`
}
