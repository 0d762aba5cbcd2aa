import type { Db } from '../postgres/connect.ts'
import { hashSecret, newSecret } from '../vault/secrets.ts'
import type { Role } from './memberships.ts'

const invitationDays = 7

/** What an invitation gives: a role in a workspace, or the first operator of the installation. */
export type InvitationPurpose = { workspaceId: string; role: Role } | 'first-operator'

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

/** Returns the code, which is shown once. The table stores only its hash. promise: A1 */
export const insertInvitation = async (
  sql: Db,
  invitation: { purpose: InvitationPurpose; createdBy: string | null; now: Date; days?: number },
): Promise<{ id: string; code: string; expiresAt: Date }> => {
  const code = newSecret()
  const { purpose } = invitation
  const expiresAt = new Date(
    invitation.now.getTime() + (invitation.days ?? invitationDays) * 86_400_000,
  )
  const given = purpose === 'first-operator' ? { workspaceId: null, role: null } : purpose
  const [row] = await sql`
    insert into invitations (code_hash, workspace_id, role, makes_operator, created_by, created_at, expires_at)
    values (${hashSecret(code)}, ${given.workspaceId}, ${given.role}, ${purpose === 'first-operator'},
      ${invitation.createdBy}, ${invitation.now}, ${expiresAt}) returning id`
  return { id: row!.id, code, expiresAt }
}

/**
 * The condition for invitations that can be accepted: not used, revoked or expired, and created by
 * someone who is an active admin of the workspace today. Links from the command line have no
 * workspace and no creator. Every query for open invitations uses this condition.
 */
const isOpen = (sql: Db, now: Date) => sql`i.revoked_at is null and ${wouldBeOpen(sql, now)}`

/** Like `isOpen`, ignoring a revocation. */
const wouldBeOpen = (sql: Db, now: Date) => sql`
  i.accepted_at is null and i.expires_at > ${now}
  and (i.workspace_id is null or exists (select from memberships m join users maker on maker.id = m.user_id
    where m.workspace_id = i.workspace_id and m.user_id = i.created_by and m.role = 'admin' and maker.deactivated_at is null))`

/**
 * Null unless the code belongs to an open invitation. The result doesn't show why a code is
 * invalid.
 */
export const findOpenInvitation = async (
  sql: Db,
  code: string,
  now: Date,
): Promise<OpenInvitation | null> => {
  const [row] = await sql<OpenInvitation[]>`
    select i.id, i.workspace_id, w.name as workspace_name, w.slug as workspace_slug, i.role, i.makes_operator, i.expires_at,
      u.name as invited_by
    from invitations i left join workspaces w on w.id = i.workspace_id left join users u on u.id = i.created_by
    where i.code_hash = ${hashSecret(code)} and ${isOpen(sql, now)}`
  return row ?? null
}

/**
 * The slug of the workspace that the invitation was for, if this person is a member. For people who
 * open an old link.
 */
export const findWorkspaceOfMember = async (
  sql: Db,
  code: string,
  userId: string,
): Promise<string | null> => {
  const [row] = await sql<{ slug: string }[]>`
    select w.slug from invitations i join workspaces w on w.id = i.workspace_id
      join memberships m on m.workspace_id = w.id and m.user_id = ${userId}
    where i.code_hash = ${hashSecret(code)}`
  return row?.slug ?? null
}

/** Marks the invitation as used. If several people accept at once, only one of them gets true. */
export const acceptInvitation = async (
  sql: Db,
  id: string,
  userId: string,
  now: Date,
): Promise<boolean> => {
  const { count } = await sql`
    update invitations i set accepted_at = ${now}, accepted_by = ${userId} where i.id = ${id} and ${isOpen(sql, now)}`
  return count > 0
}

export const revokeInvitation = async (
  sql: Db,
  workspaceId: string,
  id: string,
  now: Date,
): Promise<boolean> => {
  const { count } = await sql`
    update invitations set revoked_at = ${now}
    where id = ${id} and workspace_id = ${workspaceId} and accepted_at is null and revoked_at is null`
  return count > 0
}

/** Undoes a revocation, if the invitation would otherwise be open. */
export const restoreInvitation = async (
  sql: Db,
  workspaceId: string,
  id: string,
  now: Date,
): Promise<boolean> => {
  const { count } = await sql`
    update invitations i set revoked_at = null
    where i.id = ${id} and i.workspace_id = ${workspaceId} and i.revoked_at is not null and ${wouldBeOpen(sql, now)}`
  return count > 0
}

/**
 * Revokes the open invitations that a person created, in one workspace or in all (null). Call it in
 * the transaction that removes the person's admin role, membership or account.
 */
export const revokeInvitationsBy = async (
  sql: Db,
  userId: string,
  workspaceId: string | null,
  now: Date,
): Promise<void> => {
  await sql`
    update invitations set revoked_at = ${now}
    where created_by = ${userId} and (${workspaceId}::uuid is null or workspace_id = ${workspaceId})
      and accepted_at is null and revoked_at is null`
}

/** Revokes earlier first-operator links when a new one is created. */
export const revokeFirstLinks = async (sql: Db, now: Date): Promise<void> => {
  await sql`update invitations set revoked_at = ${now} where makes_operator and accepted_at is null and revoked_at is null`
}

export type ListedInvitation = {
  id: string
  role: Role
  createdAt: Date
  expiresAt: Date
  invitedBy: string | null
}

export const listOpenInvitations = async (
  sql: Db,
  workspaceId: string,
  now: Date,
): Promise<ListedInvitation[]> =>
  await sql<ListedInvitation[]>`
    select i.id, i.role, i.created_at, i.expires_at, u.name as invited_by
    from invitations i left join users u on u.id = i.created_by
    where i.workspace_id = ${workspaceId} and ${isOpen(sql, now)}
    order by i.created_at desc, i.id`

export const countOpenInvitations = async (
  sql: Db,
  workspaceId: string,
  now: Date,
): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from invitations i where i.workspace_id = ${workspaceId} and ${isOpen(sql, now)}`
  return row?.count ?? 0
}
