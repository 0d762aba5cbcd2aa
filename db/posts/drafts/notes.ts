import type { Db } from '../../postgres/connect.ts'

type PostRef = { workspaceId: string; postId: string }

/** Empty if it has none. The note is no part of PostRow, so that nothing sends it by accident. */
export const findPostNote = async (sql: Db, ref: PostRef): Promise<string> => {
  const [row] = await sql<{ note: string }[]>`
    select note from posts where workspace_id = ${ref.workspaceId} and id = ${ref.postId}`
  return row?.note ?? ''
}

export const replacePostNote = async (t: Db, ref: PostRef, note: string): Promise<void> => {
  await t`
    update posts set note = ${note}
    where workspace_id = ${ref.workspaceId} and id = ${ref.postId} and note <> ${note}`
}
