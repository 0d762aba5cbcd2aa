import type { VideoEncoding } from '../../platforms/platform.ts'
import type { Db } from '../postgres/connect.ts'

export type Media = {
  id: string
  workspaceId: string
  kind: 'image' | 'video'
  contentType: string
  /** The person's name for the file. Shown in lists, never part of a URL. */
  fileName: string
  sizeBytes: number
  width: number
  height: number
  durationMs: number | null
  videoCodec: string | null
  audioCodec: string | null
  fps: number | null
  encoding?: VideoEncoding | null
  storeKey: string
  thumbnailKey: string | null
  /** A larger picture for our own pages. Null until it is made, and for most videos. */
  mediumKey: string | null
  altText: string
  uploadedAt: Date
  purgedAt: Date | null
} & Conversion

/** The conversion of a video that no platform accepts as it is. */
type Conversion = {
  /**
   * `waiting`: the file is still being converted, and the facts are those of the result. `failed`:
   * it can't be converted.
   */
  conversion: 'waiting' | 'failed' | null
  conversionBeganAt: Date | null
  /** Progress from 0 to 1. */
  conversionShare: number | null
  conversionProblem: string | null
}

/** The file as it came. */
type Original = { key: string; bytes: number }

export type NewMedia = Omit<
  Media,
  'id' | 'altText' | 'uploadedAt' | 'purgedAt' | keyof Conversion
> & {
  sha256: Buffer
  uploadedBy: string
  /** Null for a video whose samples are stored unchanged. */
  original: Original | null
  /** Whether the file to publish is still to be made from the original. */
  isWaiting?: boolean
}

export const insertMedia = async (sql: Db, media: NewMedia): Promise<Media> => {
  const [row] = await sql<Media[]>`
    insert into media as m (workspace_id, kind, content_type, file_name, size_bytes, sha256, width, height, duration_ms,
      video_codec, audio_codec, fps, encoding, store_key, thumbnail_key, medium_key, uploaded_by, original_key, original_bytes, conversion)
    values (${media.workspaceId}, ${media.kind}, ${media.contentType}, ${media.fileName}, ${media.sizeBytes}, ${media.sha256},
      ${media.width}, ${media.height}, ${media.durationMs}, ${media.videoCodec}, ${media.audioCodec}, ${media.fps}, ${media.encoding ? sql.json(media.encoding) : null},
      ${media.storeKey}, ${media.thumbnailKey}, ${media.mediumKey}, ${media.uploadedBy}, ${media.original?.key ?? null},
      ${media.original?.bytes ?? null}, ${media.isWaiting ? 'waiting' : null})
    returning ${mediaColumns(sql)}`
  return row!
}

/** The total bytes of a workspace's files, including originals and renditions but not thumbnails. */
export const sumMediaBytes = async (sql: Db, workspaceId: string): Promise<number> => {
  const [row] = await sql<{ bytes: number }[]>`
    select (select coalesce(sum(size_bytes + coalesce(original_bytes, 0)), 0) from media
        where workspace_id = ${workspaceId} and purged_at is null)::float8
      + (select coalesce(sum(size_bytes), 0) from renditions where workspace_id = ${workspaceId})::float8 as bytes`
  return row?.bytes ?? 0
}

/** Until the transaction ends, other uploads that this person begins wait. */
export const lockUploadsOf = async (t: Db, userId: string): Promise<void> => {
  await t`select pg_advisory_xact_lock(hashtextextended('uploads ' || ${userId}, 0))`
}

/** Until the transaction ends, nobody else who takes this lock can add files to the workspace. */
export const lockMediaOfWorkspace = async (t: Db, workspaceId: string): Promise<void> => {
  await t`select pg_advisory_xact_lock(hashtext('media'), hashtext(${workspaceId}))`
}

export const findMedia = async (
  sql: Db,
  workspaceId: string,
  id: string,
): Promise<Media | null> => {
  const [row] = await sql<
    Media[]
  >`select ${mediaColumns(sql)} from media m where workspace_id = ${workspaceId} and id = ${id}`
  return row ?? null
}

/** The newest files of a workspace, to choose from. */
export const listNewestMedia = (sql: Db, workspaceId: string, limit: number): Promise<Media[]> =>
  sql<Media[]>`
    select ${mediaColumns(sql)} from media m where m.workspace_id = ${workspaceId} and m.purged_at is null
    order by m.id desc limit ${limit}`

/** The files with these ids, in that order. Leaves out ids of other workspaces and purged files. */
export const listMediaByIds = async (
  sql: Db,
  workspaceId: string,
  ids: string[],
): Promise<Media[]> =>
  await sql<Media[]>`
    select ${mediaColumns(sql)} from unnest(${ids}::uuid[]) with ordinality as wanted (id, position)
    join media m on m.id = wanted.id
    where m.workspace_id = ${workspaceId} and m.purged_at is null order by wanted.position`

/** Replaces the pictures of a video. Returns the previous keys, which the caller removes. */
export const replacePictures = async (
  sql: Db,
  { workspaceId, id }: Pick<Media, 'workspaceId' | 'id'>,
  keys: { thumbnail: string; medium: string },
): Promise<string[]> => {
  const [row] = await sql<{ before: string[] }[]>`
    update media m set thumbnail_key = ${keys.thumbnail}, medium_key = ${keys.medium} from media old
    where old.id = m.id and m.id = ${id} and m.workspace_id = ${workspaceId} and m.purged_at is null
    returning array_remove(array[old.thumbnail_key, old.medium_key], null) as before`
  return row?.before ?? [keys.thumbnail, keys.medium]
}

/** Adds the medium picture of a file that has none. False if it has one, or is gone. */
export const addMedium = async (
  sql: Db,
  { workspaceId, id }: Pick<Media, 'workspaceId' | 'id'>,
  key: string,
): Promise<boolean> => {
  const { count } = await sql`
    update media set medium_key = ${key}
    where id = ${id} and workspace_id = ${workspaceId} and medium_key is null and purged_at is null`
  return count > 0
}

export const mediaColumns = (sql: Db) => sql`${fileColumns(sql)}, m.alt_text`

/** Without the alt text, of which a post has its own. */
export const fileColumns = (sql: Db) => sql`
  m.id, m.workspace_id, m.kind, m.content_type, m.file_name, m.size_bytes::float8 as size_bytes, m.width, m.height, m.duration_ms,
  m.video_codec, m.audio_codec, m.fps, m.encoding, m.store_key, m.thumbnail_key, m.medium_key, m.uploaded_at, m.purged_at,
  m.conversion, m.conversion_began_at, m.conversion_share, m.conversion_problem`

/** The ids of the files that have one of these names, whatever their case. The newest come first. */
export const listMediaIdsByName = async (
  sql: Db,
  workspaceId: string,
  names: string[],
): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    select id from media where workspace_id = ${workspaceId} and purged_at is null
      and lower(normalize(file_name, NFC)) in (select lower(normalize(n, NFC)) from unnest(${names}::text[]) n)
    order by id desc`
  return rows.map((row) => row.id)
}
