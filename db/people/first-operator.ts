import { type Sql, tx } from '../postgres/connect.ts'
import { insertInvitation, revokeFirstLinks } from './invitations.ts'
import { hasOperator } from './users.ts'

/**
 * The one-time link that is printed at the first start. Whoever opens it becomes the operator.
 * Earlier unused links stop working. Null if there is an operator already. promise: A1
 */
export const firstOperatorLink = async (
  sql: Sql,
  publicUrl: string,
  now = new Date(),
): Promise<string | null> =>
  await tx(sql, async (t) => {
    await t`select pg_advisory_xact_lock(727003)` // several servers may start at once
    if (await hasOperator(t)) return null
    await revokeFirstLinks(t, now)
    const { code } = await insertInvitation(t, { purpose: 'first-operator', createdBy: null, now })
    return `${publicUrl}/invitations/${code}`
  })

export type OperatorLink = { createdAt: Date; expiresAt: Date }

/**
 * The newest link for the first operator that still works. Its code isn't stored, so it can't be
 * shown again.
 */
export const findFirstLink = async (sql: Sql, now: Date): Promise<OperatorLink | null> => {
  const [row] = await sql<OperatorLink[]>`
    select created_at, expires_at from invitations
    where makes_operator and accepted_at is null and revoked_at is null and expires_at > ${now} order by created_at desc limit 1`
  return row ?? null
}
