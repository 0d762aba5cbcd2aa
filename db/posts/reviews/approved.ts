import type { Db } from '../../postgres/connect.ts'

/**
 * Whether the target `t` may go out exactly as it is, as an SQL expression: it was approved like
 * this, or nobody has to approve it.
 */
export const isApproved = (sql: Db) => sql`
  is_approved(t.post_id, t.channel_id, t.due_at, content_of_target(t.kind, t.text, t.link, t.settings))`
