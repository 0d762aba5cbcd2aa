import type { Db } from '../postgres/connect.ts'

/** Second factors of a person. Recovery codes don't count: they only replace one of these. */
export type SecondFactors = { passkeys: number; hasApp: boolean }

export const countSecondFactors = async (sql: Db, userId: string): Promise<SecondFactors> => {
  const [row] = await sql<SecondFactors[]>`
    select (select count(*)::int from passkeys where user_id = ${userId}) as passkeys,
      exists (select from authenticator_apps where user_id = ${userId}) as has_app`
  return row!
}

/**
 * Whether the person needs a second factor to sign in. An SQL condition for queries where `u` is
 * the user.
 */
export const hasSecondFactor = (sql: Db) => sql`
  (exists (select from passkeys where user_id = u.id) or exists (select from authenticator_apps where user_id = u.id))`

/**
 * Whether what the person handed out (keys, apps, feeds) still opens the workspace: only with
 * two-step sign-in, if it requires that. An SQL condition where `u` is the person and `w` the
 * workspace.
 */
export const mayComeIn = (sql: Db) => sql`(not w.requires_second_factor or ${hasSecondFactor(sql)})`

/**
 * Removes all second factors and recovery codes that were added since `since`, or all of them if it
 * is null. Returns whether there were any second factors.
 */
export const removeSecondFactors = async (
  sql: Db,
  userId: string,
  since: Date | null = null,
): Promise<boolean> => {
  const [row] = await sql<{ removed: boolean }[]>`
    with keys as (delete from passkeys where user_id = ${userId} and (${since}::timestamptz is null or created_at >= ${since}) returning id),
      apps as (delete from authenticator_apps where user_id = ${userId} and (${since}::timestamptz is null or created_at >= ${since}) returning user_id),
      codes as (delete from recovery_codes where user_id = ${userId} and (${since}::timestamptz is null or created_at >= ${since}))
    select exists (select from keys) or exists (select from apps) as removed`
  return row!.removed
}

/** Deletes the recovery codes if no second factor is left. Call it after removing one. */
export const dropUselessRecoveryCodes = async (sql: Db, userId: string): Promise<void> => {
  await sql`delete from recovery_codes r using users u where r.user_id = ${userId} and u.id = r.user_id and not ${hasSecondFactor(sql)}`
}

export const requireInWorkspace = async (
  sql: Db,
  workspaceId: string,
  isRequired: boolean,
): Promise<boolean> => {
  const { count } = await sql`
    update workspaces set requires_second_factor = ${isRequired} where id = ${workspaceId} and requires_second_factor <> ${isRequired}`
  return count > 0
}

export const doesWorkspaceRequire = async (sql: Db, workspaceId: string): Promise<boolean> => {
  const [row] = await sql<
    { is: boolean }[]
  >`select requires_second_factor as is from workspaces where id = ${workspaceId}`
  return row?.is ?? false
}

/**
 * Whether one of the person's workspaces requires a second factor, or the person is an operator and
 * operators need one.
 */
export const isRequiredOf = async (sql: Db, userId: string): Promise<boolean> => {
  const [row] = await sql<{ is: boolean }[]>`
    select exists (select from memberships m join workspaces w on w.id = m.workspace_id
        where m.user_id = ${userId} and w.requires_second_factor and w.erased_by is null)
      or exists (select from users u, installation i where u.id = ${userId} and u.is_operator and i.operators_require_second_factor) as is`
  return row!.is
}

export const requireOfOperators = async (sql: Db, isRequired: boolean): Promise<boolean> => {
  const { count } = await sql`
    update installation set operators_require_second_factor = ${isRequired} where operators_require_second_factor <> ${isRequired}`
  return count > 0
}
