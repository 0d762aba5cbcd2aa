import type { MediaFacts } from '../platforms/platform.ts'
import type { Db } from './connect.ts'

/** A file as the composer and the page of a post show it. */
export type ComposedMedia = MediaFacts & { fileName: string; purgedAt: Date | null; hasThumbnail: boolean }

/** The media of a post in their order, with their alternative texts. */
export const listComposedMedia = (sql: Db, ref: { workspaceId: string; postId: string }): Promise<ComposedMedia[]> =>
  sql<ComposedMedia[]>`
    select ${facts(sql)}, alt_text
    from post_media join media on media.id = media_id
    where post_id = ${ref.postId} and post_media.workspace_id = ${ref.workspaceId} order by position`

/** The named media of the workspace, in the order of `ids`; what belongs to others or is gone is left out. */
export const listMediaNamed = (sql: Db, workspaceId: string, ids: string[]): Promise<ComposedMedia[]> =>
  sql<ComposedMedia[]>`
    select ${facts(sql)}, '' as alt_text
    from unnest(${ids}::uuid[]) with ordinality as wanted (id, position) join media on media.id = wanted.id
    where workspace_id = ${workspaceId} and purged_at is null order by wanted.position`

/** What the composer offers to add, newest first. */
export const listRecentMedia = (sql: Db, workspaceId: string, limit: number): Promise<ComposedMedia[]> =>
  sql<ComposedMedia[]>`
    select ${facts(sql)}, '' as alt_text from media
    where workspace_id = ${workspaceId} and purged_at is null order by uploaded_at desc, id desc limit ${limit}`

/** Writes the media of a post in the given order; a file of another workspace is refused by the missing row. */
export const replacePostMedia = async (
  t: Db,
  ref: { workspaceId: string; postId: string },
  media: { id: string; altText: string }[],
): Promise<void> => {
  await t`delete from post_media where post_id = ${ref.postId} and workspace_id = ${ref.workspaceId}`
  if (media.length === 0) return
  const ids = media.map((item) => item.id)
  const altTexts = media.map((item) => item.altText)
  await t`
    insert into post_media (post_id, workspace_id, media_id, position, alt_text)
    select ${ref.postId}, media.workspace_id, media.id, wanted.position::int, wanted.alt_text
    from unnest(${ids}::uuid[], ${altTexts}::text[]) with ordinality as wanted (id, alt_text, position)
      join media on media.id = wanted.id and media.workspace_id = ${ref.workspaceId}`
}

const facts = (sql: Db) => sql`
  media.id, media.kind, content_type, size_bytes::float8 as size_bytes, width, height, duration_ms, video_codec, audio_codec, fps,
  file_name, purged_at, thumbnail_key is not null as has_thumbnail`
