import type { Db } from './connect.ts'

/** Whether an open page may go on hearing of a workspace: its session lives, and its person is still a member. */
export const mayWatch = async (sql: Db, watcher: { sessionId: string; workspaceId: string }): Promise<boolean> => {
  const rows = await sql`
    select s.id from sessions s join users u on u.id = s.user_id join memberships m on m.user_id = u.id
    where s.id = ${watcher.sessionId} and m.workspace_id = ${watcher.workspaceId}
      and s.expires_at > now() and s.ends_at > now() and u.deactivated_at is null`
  return rows.length === 1
}
