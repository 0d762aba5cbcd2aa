import type { Db } from './connect.ts'

export type Media = {
  id: string
  workspaceId: string
  kind: 'image' | 'video'
  contentType: string
  /** As the person called it: for lists, never part of an address. */
  fileName: string
  sizeBytes: number
  width: number
  height: number
  durationMs: number | null
  videoCodec: string | null
  audioCodec: string | null
  fps: number | null
  storeKey: string
  thumbnailKey: string | null
  uploadedAt: Date
  purgedAt: Date | null
}

export type NewMedia = Omit<Media, 'id' | 'uploadedAt' | 'purgedAt'> & { sha256: Buffer; uploadedBy: string }

/** In how many posts a file is, and the one that goes out next or was last. */
export type MediaUse = { posts: number; nextDueAt: Date | null }
export type ListedMedia = Media & MediaUse

export const insertMedia = async (sql: Db, media: NewMedia): Promise<Media> => {
  const [row] = await sql<Media[]>`
    insert into media as m (workspace_id, kind, content_type, file_name, size_bytes, sha256, width, height, duration_ms,
      video_codec, audio_codec, fps, store_key, thumbnail_key, uploaded_by)
    values (${media.workspaceId}, ${media.kind}, ${media.contentType}, ${media.fileName}, ${media.sizeBytes}, ${media.sha256},
      ${media.width}, ${media.height}, ${media.durationMs}, ${media.videoCodec}, ${media.audioCodec}, ${media.fps},
      ${media.storeKey}, ${media.thumbnailKey}, ${media.uploadedBy})
    returning ${columns(sql)}`
  return row!
}

export const findMedia = async (sql: Db, workspaceId: string, id: string): Promise<Media | null> => {
  const [row] = await sql<Media[]>`select ${columns(sql)} from media m where workspace_id = ${workspaceId} and id = ${id}`
  return row ?? null
}

/** Files of a workspace, newest first; `before` is the id after which the next page begins. Purged ones are left out. */
export const listMedia = async (
  sql: Db,
  workspaceId: string,
  page: { before?: string | undefined; limit: number },
): Promise<ListedMedia[]> =>
  await sql<ListedMedia[]>`
    select ${columns(sql)}, coalesce(u.posts, 0) as posts, u.next_due_at
    from media m
    left join lateral (
      select count(*)::int as posts, min(p.due_at) filter (where p.due_at > now()) as next_due_at
      from post_media pm join posts p on p.id = pm.post_id where pm.media_id = m.id
    ) u on true
    where m.workspace_id = ${workspaceId} and m.purged_at is null
      ${page.before ? sql`and m.id < ${page.before}` : sql``}
    order by m.id desc limit ${page.limit}`

/** The files with these ids, in that order; ids of another workspace or of purged files are left out. */
export const listMediaByIds = async (sql: Db, workspaceId: string, ids: string[]): Promise<Media[]> =>
  await sql<Media[]>`
    select ${columns(sql)} from unnest(${ids}::uuid[]) with ordinality as wanted (id, position)
    join media m on m.id = wanted.id
    where m.workspace_id = ${workspaceId} and m.purged_at is null order by wanted.position`

export type UseOfMedia = { postId: string; text: string; state: string; dueAt: Date | null }

/** The posts that hold a file. */
export const listUses = async (sql: Db, workspaceId: string, mediaId: string): Promise<UseOfMedia[]> =>
  await sql<UseOfMedia[]>`
    select p.id as post_id, p.text, p.state, p.due_at from post_media pm join posts p on p.id = pm.post_id
    where pm.media_id = ${mediaId} and p.workspace_id = ${workspaceId} order by p.due_at desc nulls first limit 50`

/** Deletes a file that no post holds. Null when there is none such; else its keys in the store, which the caller removes. */
export const deleteUnusedMedia = async (sql: Db, workspaceId: string, id: string): Promise<string[] | null> => {
  const [row] = await sql<{ storeKey: string; thumbnailKey: string | null }[]>`
    delete from media m where workspace_id = ${workspaceId} and id = ${id}
      and not exists (select from post_media pm where pm.media_id = m.id)
    returning store_key, thumbnail_key`
  return row ? [row.storeKey, ...(row.thumbnailKey ? [row.thumbnailKey] : [])] : null
}

/** Puts another small picture in place; answers with the key of the one before, which the caller removes. */
export const replaceThumbnail = async (sql: Db, workspaceId: string, id: string, key: string): Promise<string | null> => {
  const [row] = await sql<{ before: string | null }[]>`
    update media m set thumbnail_key = ${key} from media old
    where old.id = m.id and m.id = ${id} and m.workspace_id = ${workspaceId} returning old.thumbnail_key as before`
  return row?.before ?? null
}

const columns = (sql: Db) => sql`
  m.id, m.workspace_id, m.kind, m.content_type, m.file_name, m.size_bytes::float8 as size_bytes, m.width, m.height, m.duration_ms,
  m.video_codec, m.audio_codec, m.fps, m.store_key, m.thumbnail_key, m.uploaded_at, m.purged_at`
