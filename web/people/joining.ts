import { recordEvent } from '../../db/notifications/events.ts'
import { acceptInvitation, type OpenInvitation } from '../../db/people/invitations.ts'
import { insertMembership } from '../../db/people/memberships.ts'
import { EmailTaken, insertUser, lockEmail, makeOperator } from '../../db/people/users.ts'
import { type Sql, tx } from '../../db/postgres/connect.ts'
import { markPolicySeen } from '../../db/privacy/policy-versions.ts'
import type { DateStyle } from '../../text/date-style.ts'
import type { WebDeps } from '../http/env.ts'
import { policyOf } from '../privacy/policy.ts'
import { hashPassword } from './sign-in/passwords.ts'

type Deps = Pick<WebDeps, 'sql' | 'now' | 'policy'>
type NewPerson = { name: string; email: string; password: string; dates: DateStyle }

/**
 * Creates the account and uses the invitation, in one transaction. Null if the invitation is no
 * longer open. promise: A1
 */
export const acceptAsNew = async (
  deps: Deps,
  invitation: OpenInvitation,
  person: NewPerson,
): Promise<string | null> => {
  const passwordHash = await hashPassword(person.password)
  return await unlessGone(deps.sql, async (t) => {
    await lockEmail(t, person.email)
    const userId = await insertUser(t, {
      ...person,
      passwordHash,
      isOperator: invitation.makesOperator,
    })
    await markPolicySeen(t, userId, policyOf(deps)[0].version)
    await spend(t, deps, invitation, userId)
    return userId
  })
}

/** Gives an existing person the membership. False if the invitation is no longer open. */
export const acceptAsPerson = async (
  deps: Deps,
  invitation: OpenInvitation,
  userId: string,
): Promise<boolean> =>
  (await unlessGone(deps.sql, async (t) => {
    await spend(t, deps, invitation, userId)
    if (invitation.makesOperator) await makeOperator(t, userId)
    return userId
  })) !== null

type Transaction = Parameters<Parameters<typeof tx>[1]>[0]

const spend = async (
  t: Transaction,
  deps: Deps,
  invitation: OpenInvitation,
  userId: string,
): Promise<void> => {
  if (!(await acceptInvitation(t, invitation.id, userId, new Date(deps.now()))))
    throw new InvitationGone()
  const { workspaceId, role } = invitation
  if (!workspaceId || !role) return
  const joined = await insertMembership(t, workspaceId, userId, role)
  if (joined)
    await recordEvent(t, {
      name: 'member.joined',
      workspaceId,
      userId,
      subjectId: userId,
      facts: { role },
    })
}

/**
 * Null, with everything rolled back, if the invitation was used or revoked or the email address
 * taken in the meantime.
 */
const unlessGone = async (
  sql: Sql,
  work: (t: Transaction) => Promise<string>,
): Promise<string | null> => {
  try {
    return await tx(sql, work)
  } catch (error) {
    if (error instanceof InvitationGone || error instanceof EmailTaken) return null
    throw error
  }
}

class InvitationGone extends Error {}
