import type { Db } from './connect.ts'
import { rules } from './retention.ts'

/** promise: R1: accounts that rest: nobody signs in, and when their term is over they are erased. */

const { keep } = rules.find((rule) => rule.name === 'accounts')!

/** Ends every session and every link; false when the account rests already. */
export const deactivate = async (sql: Db, userId: string, by: 'person' | 'admin', now: Date): Promise<boolean> => {
  const { count } = await sql`
    update users set deactivated_at = ${now}, deactivated_by = ${by} where id = ${userId} and deactivated_at is null`
  await sql`delete from sessions where user_id = ${userId}`
  await sql`delete from password_resets where user_id = ${userId}`
  return count > 0
}

/** Who deactivated it takes it back, as long as its erasure has not begun: the person by signing in, an admin on the page of people. */
export const reactivate = async (sql: Db, userId: string, by: 'person' | 'admin'): Promise<boolean> => {
  const { count } = await sql`
    update users u set deactivated_at = null, deactivated_by = null where id = ${userId} and deactivated_by = ${by}
      and not exists (select from deletion_requests d where d.user_id = u.id and d.finished_at is null)`
  return count > 0
}

/** When an account that is deactivated now is erased. */
export const erasedAfter = async (sql: Db, now: Date): Promise<Date> => {
  const [row] = await sql<{ at: Date }[]>`select ${now}::timestamptz + ${keep}::interval as at`
  return row!.at
}

/** Members whom this admin may deactivate: all their workspaces are hers, and they do not run the installation. */
export const listClosable = async (sql: Db, workspaceId: string, adminId: string): Promise<Map<string, Date | null>> => {
  const rows = await sql<{ userId: string; erasedAt: Date | null }[]>`
    select m.user_id, u.deactivated_at + ${keep}::interval as erased_at from memberships m join users u on u.id = m.user_id
    where m.workspace_id = ${workspaceId} and m.user_id <> ${adminId} and not u.is_operator
      and not exists (select from memberships o where o.user_id = m.user_id and not exists (
        select from memberships a where a.workspace_id = o.workspace_id and a.user_id = ${adminId} and a.role = 'admin'))`
  return new Map(rows.map((row) => [row.userId, row.erasedAt]))
}
