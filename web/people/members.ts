import { type Sql, tx } from '../db/connect.ts'
import { recordEvent } from '../db/events.ts'
import { changeRole, countOtherAdmins, deleteMembership, findRole, lockMembers, type Role } from '../db/memberships.ts'

export type Outcome = 'done' | 'absent' | 'last-admin'
/** `userId` null: the address named nobody. */
export type MemberAct = { workspaceId: string; userId: string | null; byId: string }

/** A workspace always keeps an admin: two who step down at the same moment are put in order by the lock. */
export const setRole = async (sql: Sql, act: MemberAct, role: Role): Promise<Outcome> =>
  await onMember(sql, act, role !== 'admin', async (t, userId, was) => {
    if (!(await changeRole(t, act.workspaceId, userId, role))) return
    const facts = { from: was, to: role }
    await recordEvent(t, {
      name: 'member.role_changed',
      workspaceId: act.workspaceId,
      userId: act.byId,
      subjectId: userId,
      facts,
    })
  })

export const removeMember = async (sql: Sql, act: MemberAct): Promise<Outcome> =>
  await onMember(sql, act, true, async (t, userId, was) => {
    await deleteMembership(t, act.workspaceId, userId)
    const facts = { role: was }
    await recordEvent(t, { name: 'member.removed', workspaceId: act.workspaceId, userId: act.byId, subjectId: userId, facts })
  })

type Transaction = Parameters<Parameters<typeof tx>[1]>[0]
type Change = (t: Transaction, userId: string, was: Role) => Promise<void>

const onMember = async (sql: Sql, act: MemberAct, losesAdmin: boolean, change: Change): Promise<Outcome> => {
  const { workspaceId, userId } = act
  if (userId === null) return 'absent'
  return await tx(sql, async (t) => {
    await lockMembers(t, workspaceId)
    const was = await findRole(t, workspaceId, userId)
    if (!was) return 'absent'
    const isLast = was === 'admin' && (await countOtherAdmins(t, workspaceId, userId)) === 0
    if (losesAdmin && isLast) return 'last-admin'
    await change(t, userId, was)
    return 'done'
  })
}
