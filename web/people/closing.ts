import { recordEvent } from '../../db/notifications/events.ts'
import { enqueue } from '../../db/notifications/outbox.ts'
import { deactivate, listClosable, reactivate } from '../../db/people/deactivation.ts'
import { lockMembers } from '../../db/people/memberships.ts'
import { type Sql, tx } from '../../db/postgres/connect.ts'
import type { MemberAct } from './members.ts'

/**
 * promise: R1: an admin deactivates a member's account, or undoes that before it is erased. Only
 * allowed if the admin is an admin in all of the member's workspaces; otherwise they can only
 * remove the member from theirs. Returns false if not allowed or nothing changed.
 */
export const closeAccount = (sql: Sql, act: MemberAct): Promise<boolean> =>
  onAccount(sql, act, 'member.deactivated', (t, userId) => deactivate(t, userId, 'admin', act.now))

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
    if (!(await listClosable(t, workspaceId, byId)).has(userId) || !(await change(t, userId)))
      return false
    const event = await recordEvent(t, { name, workspaceId, userId: byId, subjectId: userId })
    if (name === 'member.deactivated') await enqueue(t, 'account-mail', event)
    return true
  })
}
