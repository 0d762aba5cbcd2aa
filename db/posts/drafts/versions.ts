import type { Edits } from '../../../media/edits.ts'
import type { Db } from '../../postgres/connect.ts'
import type { Repeat } from '../posts.ts'

/** The composer's fields as typed, also those that a post can't hold, such as an impossible time. */
export type TypedForm = {
  text: string
  link: string
  variants: Record<string, string>
  channels: string[]
  kinds: Record<string, string>
  fields: Record<string, Record<string, string>>
  /** Ids of labels. Absent if it has none. */
  labels?: string[]
  /** The internal note. Absent if it has none. */
  note?: string
  media: { id: string; altText: string; edits: Edits | null }[]
  time: string
  fold: 'earlier' | 'later' | null
  zone: string
  /** Absent if it doesn't repeat. */
  repeat?: Repeat
}

type PostRef = { workspaceId: string; postId: string }
/**
 * `version`: of the post with this state; 0 for an unsaved edit that was never part of it.
 * `userName` is null for the state before the first recorded edit, and if the person is deleted.
 */
export type PostVersion = {
  id: string
  userId: string | null
  userName: string | null
  version: number
  form: TypedForm
  beganAt: Date
  savedAt: Date
}

/** How many states of a post are kept. */
export const versionsKept = 20

/** The saved states of a post, newest first. At most `limit`. */
export const listVersions = (
  sql: Db,
  ref: PostRef,
  limit = versionsKept,
): Promise<PostVersion[]> => sql<PostVersion[]>`
  select v.id, v.user_id, users.name as user_name, v.version, v.form, v.began_at, v.saved_at
  from post_versions v left join users on users.id = v.user_id
  where v.workspace_id = ${ref.workspaceId} and v.post_id = ${ref.postId}
  order by v.saved_at desc, v.id desc limit ${limit}`

type NewState = { userId: string | null; version: number; form: TypedForm; at: Date }

export const insertVersion = async (
  sql: Db,
  ref: PostRef,
  { userId, version, form, at }: NewState,
): Promise<void> => {
  await sql`
    insert into post_versions (workspace_id, post_id, user_id, version, form, began_at, saved_at)
    values (${ref.workspaceId}, ${ref.postId}, ${userId}, ${version}, ${sql.json(form)}, ${at}, ${at})`
}

/** Replaces a state with what the same person has typed since. */
export const replaceVersion = async (
  sql: Db,
  ref: PostRef & { id: string },
  { version, form, at }: Omit<NewState, 'userId'>,
): Promise<void> => {
  await sql`
    update post_versions set version = ${version}, form = ${sql.json(form)}, saved_at = ${at}
    where workspace_id = ${ref.workspaceId} and post_id = ${ref.postId} and id = ${ref.id}`
}

/** Deletes all but the newest states. */
export const trimVersions = async (sql: Db, ref: PostRef): Promise<void> => {
  await sql`
    delete from post_versions where id in (
      select id from post_versions where workspace_id = ${ref.workspaceId} and post_id = ${ref.postId}
      order by saved_at desc, id desc offset ${versionsKept})`
}
