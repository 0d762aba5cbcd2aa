import type { Db } from '../../postgres/connect.ts'
import type { TypedForm } from './versions.ts'

/** One person's edit of one post. Nobody else ever sees it. */
type EditRef = { workspaceId: string; postId: string; userId: string }
/** `version`: of the post that the edit was made from. */
export type UnsavedEdit = { version: number; form: TypedForm; savedAt: Date }

export const findUnsavedEdit = async (sql: Db, ref: EditRef): Promise<UnsavedEdit | null> => {
  const [edit] = await sql<UnsavedEdit[]>`
    select version, form, saved_at from unsaved_edits
    where workspace_id = ${ref.workspaceId} and post_id = ${ref.postId} and user_id = ${ref.userId}`
  return edit ?? null
}

export const keepUnsavedEdit = async (
  sql: Db,
  ref: EditRef,
  { version, form, savedAt }: UnsavedEdit,
): Promise<void> => {
  await sql`
    insert into unsaved_edits (workspace_id, post_id, user_id, version, form, saved_at)
    values (${ref.workspaceId}, ${ref.postId}, ${ref.userId}, ${version}, ${sql.json(form)}, ${savedAt})
    on conflict (post_id, user_id) do update set version = excluded.version, form = excluded.form, saved_at = excluded.saved_at`
}

export const dropUnsavedEdit = async (sql: Db, ref: EditRef): Promise<void> => {
  await sql`
    delete from unsaved_edits
    where workspace_id = ${ref.workspaceId} and post_id = ${ref.postId} and user_id = ${ref.userId}`
}
