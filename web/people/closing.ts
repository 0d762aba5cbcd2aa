import { type Sql, tx } from '../db/connect.ts'
import { deactivate, listClosable, reactivate } from '../db/deactivation.ts'
import { recordEvent } from '../db/events.ts'
import { lockMembers } from '../db/memberships.ts'
import type { MemberAct } from './members.ts'

/**
 * promise: R1: an admin closes the account of a member, or takes that back within its term. Only where every workspace of the member is
 * one of the admin's: from a shared one a person can be removed, but their account is not hers to close. False: not hers, or no change.
 */
export const closeAccount = (sql: Sql, act: MemberAct, now: Date): Promise<boolean> =>
  onAccount(sql, act, 'member.deactivated', (t, userId) => deactivate(t, userId, 'admin', now))

export const reopenAccount = (sql: Sql, act: MemberAct): Promise<boolean> =>
  onAccount(sql, act, 'member.reactivated', (t, userId) => reactivate(t, userId, 'admin'))

type Transaction = Parameters<Parameters<typeof tx>[1]>[0]

const onAccount = async (
  sql: Sql,
  { workspaceId, userId, byId }: MemberAct,
  name: string,
  change: (t: Transaction, userId: string) => Promise<boolean>,
): Promise<boolean> => {
  if (userId === null) return false
  return await tx(sql, async (t) => {
    await lockMembers(t, workspaceId)
    if (!(await listClosable(t, workspaceId, byId)).has(userId) || !(await change(t, userId))) return false
    await recordEvent(t, { name, workspaceId, userId: byId, subjectId: userId })
    return true
  })
}
