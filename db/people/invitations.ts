import type { Db } from './connect.ts'
import type { Role } from './memberships.ts'
import { hashSecret, newSecret } from './secrets.ts'

export const invitationDays = 7

/** What an invitation gives; a workspace with a role, or the installation's first operator. */
export type Purpose = { workspaceId: string; role: Role } | 'first-operator'

export type OpenInvitation = {
  id: string
  workspaceId: string | null
  workspaceName: string | null
  workspaceSlug: string | null
  role: Role | null
  makesOperator: boolean
  expiresAt: Date
  invitedBy: string | null
}

/** Returns the code, which is shown once; the table keeps its hash. promise: A1 */
export const insertInvitation = async (
  sql: Db,
  invitation: { purpose: Purpose; createdBy: string | null; now: Date; days?: number },
): Promise<{ id: string; code: string; expiresAt: Date }> => {
  const code = newSecret()
  const { purpose } = invitation
  const expiresAt = new Date(invitation.now.getTime() + (invitation.days ?? invitationDays) * 86_400_000)
  const given = purpose === 'first-operator' ? { workspaceId: null, role: null } : purpose
  const [row] = await sql`
    insert into invitations (code_hash, workspace_id, role, makes_operator, created_by, created_at, expires_at)
    values (${hashSecret(code)}, ${given.workspaceId}, ${given.role}, ${purpose === 'first-operator'},
      ${invitation.createdBy}, ${invitation.now}, ${expiresAt}) returning id`
  return { id: row!.id, code, expiresAt }
}

/** Null for a code that never was, was used, was revoked or has expired: whoever holds it learns no more than that. */
export const findOpenInvitation = async (sql: Db, code: string, now: Date): Promise<OpenInvitation | null> => {
  const [row] = await sql<OpenInvitation[]>`
    select i.id, i.workspace_id, w.name as workspace_name, w.slug as workspace_slug, i.role, i.makes_operator, i.expires_at,
      u.name as invited_by
    from invitations i left join workspaces w on w.id = i.workspace_id left join users u on u.id = i.created_by
    where i.code_hash = ${hashSecret(code)} and i.accepted_at is null and i.revoked_at is null and i.expires_at > ${now}`
  return row ?? null
}

/** Uses the invitation up. One of several who come at once gets true: the row lock orders them, and the condition is looked at again. */
export const acceptInvitation = async (sql: Db, id: string, userId: string, now: Date): Promise<boolean> => {
  const { count } = await sql`
    update invitations set accepted_at = ${now}, accepted_by = ${userId}
    where id = ${id} and accepted_at is null and revoked_at is null and expires_at > ${now}`
  return count > 0
}

export const revokeInvitation = async (sql: Db, workspaceId: string, id: string, now: Date): Promise<boolean> => {
  const { count } = await sql`
    update invitations set revoked_at = ${now}
    where id = ${id} and workspace_id = ${workspaceId} and accepted_at is null and revoked_at is null`
  return count > 0
}

/** Earlier first links stop working when a new one is made. */
export const revokeFirstLinks = async (sql: Db, now: Date): Promise<void> => {
  await sql`update invitations set revoked_at = ${now} where makes_operator and accepted_at is null and revoked_at is null`
}

export type ListedInvitation = { id: string; role: Role; createdAt: Date; expiresAt: Date; invitedBy: string | null }

export const listOpenInvitations = async (sql: Db, workspaceId: string, now: Date): Promise<ListedInvitation[]> =>
  await sql<ListedInvitation[]>`
    select i.id, i.role, i.created_at, i.expires_at, u.name as invited_by
    from invitations i left join users u on u.id = i.created_by
    where i.workspace_id = ${workspaceId} and i.accepted_at is null and i.revoked_at is null and i.expires_at > ${now}
    order by i.created_at desc, i.id`
