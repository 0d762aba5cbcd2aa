import type { Edits } from '../../media/edits.ts'
import type { MediaFacts } from '../../platforms/platform.ts'
import type { Db } from '../postgres/connect.ts'

/** A file of a post: its facts before the edits, its edits, and where its bytes are stored. */
export type PostMediaRow = MediaFacts & {
  storeKey: string
  sha256: Buffer
  purgedAt: Date | null
  edits: Edits | null
}

/** The media of a post in their order. */
export const listPostMedia = async (
  sql: Db,
  ref: { workspaceId: string; postId: string },
): Promise<PostMediaRow[]> => {
  const rows = await sql<(Omit<PostMediaRow, 'sizeBytes'> & { sizeBytes: string })[]>`
    select m.id, m.kind, m.content_type, m.size_bytes, m.width, m.height, m.duration_ms, m.video_codec, m.audio_codec, m.fps, m.encoding,
      pm.alt_text, pm.edits, m.store_key, m.sha256, m.purged_at
    from post_media pm join media m on m.id = pm.media_id
    where pm.workspace_id = ${ref.workspaceId} and pm.post_id = ${ref.postId}
    order by pm.position`
  return rows.map((row) => ({ ...row, sizeBytes: Number(row.sizeBytes) }))
}
