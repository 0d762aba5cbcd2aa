import { type Sql, tx } from '../db/connect.ts'
import { recordEvent } from '../db/events.ts'
import { acceptInvitation, type OpenInvitation } from '../db/invitations.ts'
import { insertMembership } from '../db/memberships.ts'
import { markPolicySeen } from '../db/policy-versions.ts'
import { insertUser, makeOperator } from '../db/users.ts'
import type { WebDeps } from './env.ts'
import { hashPassword } from './passwords.ts'
import { policyOf } from './policy.ts'

type Deps = Pick<WebDeps, 'sql' | 'now' | 'policy'>
type NewPerson = { name: string; email: string; password: string }

/** Makes the account and uses the invitation up, both or neither. Null when somebody else was faster. promise: A1 */
export const acceptAsNew = async (deps: Deps, invitation: OpenInvitation, person: NewPerson): Promise<string | null> => {
  const passwordHash = await hashPassword(person.password)
  return await unlessGone(deps.sql, async (t) => {
    const userId = await insertUser(t, { ...person, passwordHash, isOperator: invitation.makesOperator })
    await markPolicySeen(t, userId, policyOf(deps)[0].version)
    await spend(t, deps, invitation, userId)
    return userId
  })
}

/** A person who is here already gets the membership, not a second account. False when somebody else was faster. */
export const acceptAsPerson = async (deps: Deps, invitation: OpenInvitation, userId: string): Promise<boolean> =>
  (await unlessGone(deps.sql, async (t) => {
    await spend(t, deps, invitation, userId)
    if (invitation.makesOperator) await makeOperator(t, userId)
    return userId
  })) !== null

type Transaction = Parameters<Parameters<typeof tx>[1]>[0]

const spend = async (t: Transaction, deps: Deps, invitation: OpenInvitation, userId: string): Promise<void> => {
  if (!(await acceptInvitation(t, invitation.id, userId, new Date(deps.now())))) throw new InvitationGone()
  const { workspaceId, role } = invitation
  if (!workspaceId || !role) return
  const joined = await insertMembership(t, workspaceId, userId, role)
  if (joined) await recordEvent(t, { name: 'member.joined', workspaceId, userId, subjectId: userId, facts: { role } })
}

/** Rolls everything back when the invitation was used or revoked, or the email taken, between the page and its answer. */
const unlessGone = async (sql: Sql, work: (t: Transaction) => Promise<string>): Promise<string | null> => {
  try {
    return await tx(sql, work)
  } catch (error) {
    if (error instanceof InvitationGone || isEmailTaken(error)) return null
    throw error
  }
}

class InvitationGone extends Error {}

const isEmailTaken = (error: unknown): boolean =>
  error instanceof Error && 'constraint_name' in error && error.constraint_name === 'users_email_unique'
