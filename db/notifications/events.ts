import type { JsonRecord } from '../../platforms/json.ts'
import type { Db } from '../postgres/connect.ts'

export type NewEvent = {
  /** `noun.verb`, for example `post.scheduled` */
  name: string
  workspaceId: string | null
  /** Who did it. Null if the system did. */
  userId: string | null
  subjectId: string | null
  /** States, times and counts only: no caption, name, email or token. */
  facts?: JsonRecord
}

/** Writes an audit event and returns its id. Call it in the transaction of the change. */
export const recordEvent = async (sql: Db, event: NewEvent): Promise<string> => {
  const [row] = await sql<{ id: string }[]>`
    insert into events (name, workspace_id, user_id, subject_id, facts)
    values (${event.name}, ${event.workspaceId}, ${event.userId}, ${event.subjectId}, ${sql.json(event.facts ?? {})})
    returning id`
  if (!row) throw new Error('the event was not written')
  return row.id
}

export type ListedEvent = {
  id: string
  name: string
  at: Date
  /** Null if the system did it, or the person has been deleted since. */
  who: string | null
  subjectId: string | null
  /** The name of the person, if the subject is a current member. */
  subjectName: string | null
  /** The post that the event is about, if it still exists. */
  postId: string | null
  facts: JsonRecord
}

/**
 * Newest first. `before`: the id of the last event on the previous page; ids are ordered by time.
 */
export const listEvents = async (
  sql: Db,
  workspaceId: string,
  before: string | null,
  limit: number,
): Promise<ListedEvent[]> =>
  await sql<ListedEvent[]>`
    select e.id, e.name, e.at, u.name as who, e.subject_id, s.name as subject_name, coalesce(p.id, g.post_id) as post_id,
      e.facts
    from events e left join users u on u.id = e.user_id
      left join memberships m on m.workspace_id = e.workspace_id and m.user_id = e.subject_id
      left join users s on s.id = m.user_id
      left join posts p on p.id = e.subject_id and p.workspace_id = e.workspace_id
      left join targets g on g.id = e.subject_id and g.workspace_id = e.workspace_id
    where e.workspace_id = ${workspaceId} and (${before}::uuid is null or e.id < ${before}::uuid)
    order by e.id desc limit ${limit}`
