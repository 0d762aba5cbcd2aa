import type { Db } from '../postgres/connect.ts'

/**
 * Whether an open page may keep receiving updates of a workspace: its session is valid and the
 * person is still a member.
 */
export const mayWatch = async (
  sql: Db,
  watcher: { sessionId: string; workspaceId: string },
): Promise<boolean> => {
  const rows = await sql`
    select s.id from sessions s join users u on u.id = s.user_id join memberships m on m.user_id = u.id
    where s.id = ${watcher.sessionId} and m.workspace_id = ${watcher.workspaceId}
      and s.expires_at > now() and s.ends_at > now() and u.deactivated_at is null
      and not s.awaits_second_factor
      and (s.second_factor_at is not null or not (select requires_second_factor from workspaces w where w.id = m.workspace_id))`
  return rows.length === 1
}
