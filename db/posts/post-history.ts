import type { JsonRecord } from '../../platforms/json.ts'
import type { Db } from '../postgres/connect.ts'

/** An event of a post or one of its targets. `userName` is null if the system did it. */
export type HistoryLine = {
  id: string
  name: string
  at: Date
  userName: string | null
  /** The target it is about. Null if it is about the whole post. */
  targetId: string | null
  facts: JsonRecord
}

/**
 * The history of a post, newest first, with the import that made it and without its comments, which
 * are beside it. Uses a single list of ids, so that the index on the subject
 * is used: `or` would read every event.
 */
export const listPostHistory = (
  sql: Db,
  ref: { workspaceId: string; postId: string },
): Promise<HistoryLine[]> =>
  sql<HistoryLine[]>`
    select events.id, events.name, at, case when facts ? 'client' then coalesce(k.name, 'A client') else users.name end as user_name,
      nullif(nullif(subject_id, ${ref.postId}::uuid), (select import_id from posts where id = ${ref.postId})) as target_id, facts
    from events left join users on users.id = user_id
      left join client_reviewers k on k.workspace_id = events.workspace_id and k.id = (facts ->> 'client')::uuid
    where events.workspace_id = ${ref.workspaceId} and events.name not like 'discussion.%' and subject_id = any(array(
      select ${ref.postId}::uuid union all select import_id from posts where id = ${ref.postId} and workspace_id = ${ref.workspaceId}
      union all select id from targets where post_id = ${ref.postId} and workspace_id = ${ref.workspaceId}))
    order by at desc, events.id desc limit 100`

/** One action on a post, so that the next page can report its result. */
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
