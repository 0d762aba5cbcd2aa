import type { Db } from '../postgres/connect.ts'
import { hasSecondFactor } from './second-factor.ts'

export type Role = 'manager' | 'admin'
export type Member = {
  userId: string
  name: string
  email: string
  role: Role
  createdAt: Date
  deactivatedAt: Date | null
  deactivatedBy: 'person' | 'admin' | null
  hasSecondFactor: boolean
}

/** False if the person is already a member; their role doesn't change. */
export const insertMembership = async (
  sql: Db,
  workspaceId: string,
  userId: string,
  role: Role,
): Promise<boolean> => {
  const { count } = await sql`
    insert into memberships (workspace_id, user_id, role) values (${workspaceId}, ${userId}, ${role})
    on conflict do nothing`
  return count > 0
}

export const findRole = async (
  sql: Db,
  workspaceId: string,
  userId: string,
): Promise<Role | null> => {
  const [row] =
    await sql`select role from memberships where workspace_id = ${workspaceId} and user_id = ${userId}`
  return row?.role ?? null
}

export const listMembers = async (sql: Db, workspaceId: string): Promise<Member[]> =>
  await sql<Member[]>`
    select m.user_id, u.name, u.email, m.role, m.created_at, u.deactivated_at, u.deactivated_by, ${hasSecondFactor(sql)} as has_second_factor
    from memberships m join users u on u.id = m.user_id
    where m.workspace_id = ${workspaceId} order by lower(u.name), u.id`

/**
 * Locks the workspace's members until the transaction ends, so that two changes can't both remove
 * the last admin.
 */
export const lockMembers = async (sql: Db, workspaceId: string): Promise<void> => {
  await sql`select id from workspaces where id = ${workspaceId} for no key update`
}

/** Counts the admins who can still sign in, other than this person. Call `lockMembers` first. */
export const countOtherAdmins = async (
  sql: Db,
  workspaceId: string,
  userId: string,
): Promise<number> => {
  const [row] = await sql`
    select count(*)::int as n from memberships m join users u on u.id = m.user_id
    where m.workspace_id = ${workspaceId} and m.role = 'admin' and m.user_id <> ${userId} and u.deactivated_at is null`
  return row!.n
}

export const changeRole = async (
  sql: Db,
  workspaceId: string,
  userId: string,
  role: Role,
): Promise<boolean> => {
  const { count } = await sql`
    update memberships set role = ${role} where workspace_id = ${workspaceId} and user_id = ${userId} and role <> ${role}`
  return count > 0
}

export const deleteMembership = async (
  sql: Db,
  workspaceId: string,
  userId: string,
): Promise<boolean> => {
  const { count } =
    await sql`delete from memberships where workspace_id = ${workspaceId} and user_id = ${userId}`
  return count > 0
}
