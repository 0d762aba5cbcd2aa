import type { JsonRecord } from '../platforms/platform.ts'
import type { Db } from './connect.ts'

/** An audit line of a post or one of its targets; `userName` null when nobody but time did it. */
export type HistoryLine = {
  id: string
  name: string
  at: Date
  userName: string | null
  /** The target it is about; null when it is about the whole post. */
  targetId: string | null
  facts: JsonRecord
}

/** What happened to a post, newest first. */
export const listPostHistory = (sql: Db, ref: { workspaceId: string; postId: string }): Promise<HistoryLine[]> =>
  sql<HistoryLine[]>`
    select events.id, events.name, at, users.name as user_name, nullif(subject_id, ${ref.postId}::uuid) as target_id, facts
    from events left join users on users.id = user_id
    where workspace_id = ${ref.workspaceId}
      and (subject_id = ${ref.postId} or subject_id in (select id from targets where post_id = ${ref.postId}))
    order by at desc, events.id desc limit 100`

/** One act on a post, so that the page after it can say what came of it. */
export const findPostEvent = async (
  sql: Db,
  ref: { workspaceId: string; eventId: string },
): Promise<(HistoryLine & { subjectId: string }) | null> => {
  const [line] = await sql<(HistoryLine & { subjectId: string })[]>`
    select events.id, events.name, at, users.name as user_name, null as target_id, facts, subject_id
    from events left join users on users.id = user_id
    where workspace_id = ${ref.workspaceId} and events.id = ${ref.eventId}`
  return line ?? null
}
