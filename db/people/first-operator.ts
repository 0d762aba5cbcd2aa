import type { Sql } from './connect.ts'
import { tx } from './connect.ts'
import { insertInvitation, revokeFirstLinks } from './invitations.ts'
import { hasOperator } from './users.ts'

/**
 * The one-time link of the first start, which makes whoever opens it the operator; null once there is one.
 * Earlier links that nobody used stop working. promise: A1
 */
export const firstOperatorLink = async (sql: Sql, publicUrl: string, now = new Date()): Promise<string | null> =>
  await tx(sql, async (t) => {
    await t`select pg_advisory_xact_lock(727003)` // several servers may start at once
    if (await hasOperator(t)) return null
    await revokeFirstLinks(t, now)
    const { code } = await insertInvitation(t, { purpose: 'first-operator', createdBy: null, now })
    return `${publicUrl}/invitations/${code}`
  })
