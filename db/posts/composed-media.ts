import type { Edits } from '../../media/edits.ts'
import type { Db } from '../postgres/connect.ts'
import { fileColumns, type Media } from './media.ts'

/** Its alt text is that of the post. */
export type ComposedMedia = Media & { edits: Edits | null }

/** The files of a post in their order, with alt texts and edits. Includes files whose bytes were deleted. */
export const listComposedMedia = (
  sql: Db,
  ref: { workspaceId: string; postId: string },
): Promise<ComposedMedia[]> =>
  sql<ComposedMedia[]>`
    select ${fileColumns(sql)}, pm.alt_text, pm.edits
    from post_media pm join media m on m.id = pm.media_id
    where pm.post_id = ${ref.postId} and pm.workspace_id = ${ref.workspaceId} order by pm.position`
