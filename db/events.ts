import type { JsonRecord } from '../platforms/platform.ts'
import type { Db } from './connect.ts'

export type NewEvent = {
  /** `noun.verb`: `post.scheduled` */
  name: string
  workspaceId: string | null
  /** Who did it; null when nobody but time. */
  userId: string | null
  subjectId: string | null
  /** States, times and counts only: no caption, name, email or token. */
  facts?: JsonRecord
}

/** Writes an audit line; call it in the transaction of the change it tells of. */
export const recordEvent = async (sql: Db, event: NewEvent): Promise<void> => {
  await sql`
    insert into events (name, workspace_id, user_id, subject_id, facts)
    values (${event.name}, ${event.workspaceId}, ${event.userId}, ${event.subjectId}, ${sql.json(event.facts ?? {})})`
}
