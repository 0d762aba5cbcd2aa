import type { Edits } from '../../media/edits.ts'
import type { Db } from '../postgres/connect.ts'
import type { Media } from './media.ts'

/** Its alt text is that of the post. */
export type ComposedMedia = Media & { edits: Edits | null }

/** The files of a post in their order, with alt texts and edits. Includes files whose bytes were deleted. */
export const listComposedMedia = (
  sql: Db,
  ref: { workspaceId: string; postId: string },
): Promise<ComposedMedia[]> =>
  sql<ComposedMedia[]>`
    select m.id, m.workspace_id, m.kind, m.content_type, m.file_name, m.size_bytes::float8 as size_bytes, m.width, m.height,
      m.duration_ms, m.video_codec, m.audio_codec, m.fps, m.encoding, m.store_key, m.thumbnail_key, m.medium_key, m.uploaded_at, m.purged_at,
      m.conversion, m.conversion_began_at, m.conversion_share, m.conversion_problem, pm.alt_text, pm.edits
    from post_media pm join media m on m.id = pm.media_id
    where pm.post_id = ${ref.postId} and pm.workspace_id = ${ref.workspaceId} order by pm.position`
