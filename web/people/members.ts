import { lowerApiKeys } from '../../db/api/keys.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { revokeInvitationsBy } from '../../db/people/invitations.ts'
import {
  changeRole,
  countOtherAdmins,
  deleteMembership,
  findRole,
  lockMembers,
  type Role,
} from '../../db/people/memberships.ts'
import { type Sql, tx } from '../../db/postgres/connect.ts'
import { endStrangeLinks } from '../../db/posts/review-links/links.ts'
import { withdrawExports } from '../../db/privacy/exports.ts'
import { deleteEndpointsOf } from '../../db/webhooks/endpoints.ts'

export type MemberOutcome = 'done' | 'absent' | 'last-admin'
/** `userId` is null if the URL has no valid id. */
export type MemberAct = { workspaceId: string; userId: string | null; byId: string; now: Date }

/**
 * A workspace always keeps one admin. The lock puts two admins who step down at the same time in
 * order.
 */
export const setRole = async (sql: Sql, act: MemberAct, role: Role): Promise<MemberOutcome> =>
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

export const removeMember = async (sql: Sql, act: MemberAct): Promise<MemberOutcome> =>
  await onMember(sql, act, true, async (t, userId, was) => {
    await deleteMembership(t, act.workspaceId, userId)
    const facts = { role: was }
    await recordEvent(t, {
      name: 'member.removed',
      workspaceId: act.workspaceId,
      userId: act.byId,
      subjectId: userId,
      facts,
    })
  })

type Transaction = Parameters<Parameters<typeof tx>[1]>[0]
type Change = (t: Transaction, userId: string, was: Role) => Promise<void>

const onMember = async (
  sql: Sql,
  act: MemberAct,
  losesAdmin: boolean,
  change: Change,
): Promise<MemberOutcome> => {
  const { workspaceId, userId } = act
  if (userId === null) return 'absent'
  return await tx(sql, async (t) => {
    await lockMembers(t, workspaceId)
    const was = await findRole(t, workspaceId, userId)
    if (!was) return 'absent'
    const isLast = was === 'admin' && (await countOtherAdmins(t, workspaceId, userId)) === 0
    if (losesAdmin && isLast) return 'last-admin'
    await change(t, userId, was)
    await endStrangeLinks(t, workspaceId, act.now)
    if (losesAdmin && was === 'admin') await endHandedOut(t, { ...act, userId })
    return 'done'
  })
}

/**
 * Ends what the admin role gave out: open invitations, what keys may do as admins, webhooks, and
 * exports that contain the workspace.
 */
const endHandedOut = async (
  t: Transaction,
  { userId, workspaceId, now }: MemberAct & { userId: string },
): Promise<void> => {
  await revokeInvitationsBy(t, userId, workspaceId, now)
  await lowerApiKeys(t, workspaceId, userId)
  await deleteEndpointsOf(t, userId, workspaceId)
  await withdrawExports(t, userId)
}
