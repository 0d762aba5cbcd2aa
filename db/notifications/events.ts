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
