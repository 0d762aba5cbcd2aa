import { recordEvent } from '../../../db/notifications/events.ts'
import { listClosable } from '../../../db/people/deactivation.ts'
import { lockMembers } from '../../../db/people/memberships.ts'
import { resetSecondFactor } from '../../../db/people/second-factor-reset.ts'
import { type Sql, tx } from '../../../db/postgres/connect.ts'
import type { MemberAct } from '../members.ts'

/**
 * Resets two-step sign-in of a member who lost all second factors. Only allowed if the admin is an
 * admin in all of the member's workspaces; otherwise they would weaken an account that other
 * workspaces rely on. Never for themselves. False if not allowed or nothing to reset.
 */
export const resetByAdmin = async (
  sql: Sql,
  { workspaceId, userId, byId, now }: MemberAct,
): Promise<boolean> => {
  if (userId === null) return false
  return await tx(sql, async (t) => {
    await lockMembers(t, workspaceId)
    if (
      !(await listClosable(t, workspaceId, byId)).has(userId) ||
      !(await resetSecondFactor(t, userId, byId, now))
    )
      return false
    await recordEvent(t, {
      name: 'member.second_factor_reset',
      workspaceId,
      userId: byId,
      subjectId: userId,
    })
    return true
  })
}
