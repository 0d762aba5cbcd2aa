import type { Db } from '../postgres/connect.ts'

type Ref = { workspaceId: string; id: string }

/**
 * Dismisses that the account `id` needs to be reconnected, or shows it again (`at` null), with all
 * accounts that were lost with it. Returns how many accounts changed. A trigger shows it again when
 * an account's or its grant's state changes.
 */
export const dismissLost = async (sql: Db, { workspaceId, id }: Ref, at: Date | null) => {
  const { count } = await sql`
    update channels c set attention_dismissed_at = ${at}
    from channels named join grants g on g.id = named.grant_id
    where named.id = ${id} and named.workspace_id = ${workspaceId} and c.grant_id = g.id
      and (c.id = named.id or g.state <> 'active' or c.state_reason = named.state_reason)
      and (c.state = 'reconnect' or (c.state = 'connected' and g.state = 'reauthorize'))
      and (c.attention_dismissed_at is null) <> (${at}::timestamptz is null)`
  return count
}

/** Dismisses that the grant `id` ends soon, or shows it again. Returns whether anything changed. */
export const dismissEnding = async (sql: Db, { workspaceId, id }: Ref, isDismissed: boolean) => {
  const { count } = await sql`
    update grants set dismissed_end = case when ${isDismissed} then
      coalesce(refresh_expires_at, least(expires_at, data_access_expires_at)) end
    where id = ${id} and workspace_id = ${workspaceId} and state = 'active'
      and (dismissed_end is null) = ${isDismissed}`
  return count > 0
}

/** Whether the workspace has what an alert is about, such as one that was dismissed in another tab. */
export const hasSubject = async (
  sql: Db,
  table: 'channels' | 'grants' | 'targets',
  { workspaceId, id }: Ref,
): Promise<boolean> => {
  const rows =
    await sql`select from ${sql(table)} where id = ${id} and workspace_id = ${workspaceId}`
  return rows.count > 0
}
