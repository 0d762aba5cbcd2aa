import type { VideoEncoding } from '../../platforms/platform.ts'
import type { Db } from '../postgres/connect.ts'

/** `sizeBytes`: the largest size that the result can have. */
export type MediaToConvert = { id: string; originalKey: string; sizeBytes: number }

/**
 * Null if there is nothing to convert: it is done, failed or deleted. The start time is set only
 * once.
 */
export const beginConversion = async (
  sql: Db,
  id: string,
  now: Date,
): Promise<MediaToConvert | null> => {
  const [row] = await sql<MediaToConvert[]>`
    update media set conversion_began_at = coalesce(conversion_began_at, ${now}), conversion_share = coalesce(conversion_share, 0)
    where id = ${id} and conversion = 'waiting' and purged_at is null
    returning id, original_key, size_bytes::float8 as size_bytes`
  return row ?? null
}

/** The kind of a file from which something is still to be made. Null if nothing is. */
export const findOpenKind = async (sql: Db, id: string): Promise<'image' | 'video' | null> => {
  const [row] = await sql<{ kind: 'image' | 'video' }[]>`
    select kind from media m where id = ${id} and purged_at is null
      and (conversion = 'waiting' or exists (select from renditions r where r.media_id = m.id and r.state = 'waiting'))`
  return row?.kind ?? null
}

/** How many older files of the same workspace still wait for their conversion. */
export const countBefore = async (sql: Db, id: string): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from media m join media before on before.workspace_id = m.workspace_id and before.id < m.id
    where m.id = ${id} and before.conversion = 'waiting' and before.purged_at is null`
  return row?.count ?? 0
}

/**
 * Names the file that a try is about to store, so that no two tries write the same one and a purge
 * knows it. Returns the name of the try before, whose file the caller removes. Null if nothing
 * waits for the file.
 */
export const nameConverted = async (
  sql: Db,
  id: string,
  storeKey: string,
): Promise<string | null> => {
  const [row] = await sql<{ before: string }[]>`
    update media m set store_key = ${storeKey} from media old
    where old.id = m.id and m.id = ${id} and m.conversion = 'waiting' and m.purged_at is null
    returning old.store_key as before`
  return row?.before ?? null
}

export const noteShare = async (sql: Db, id: string, share: number): Promise<void> => {
  await sql`update media set conversion_share = ${share} where id = ${id} and conversion = 'waiting'`
}

export type Converted = {
  storeKey: string
  contentType: string
  sizeBytes: number
  sha256: Buffer
  width: number
  height: number
  durationMs: number
  videoCodec: string | null
  audioCodec: string | null
  fps: number | null
  encoding: VideoEncoding
}

/**
 * The converted file exists. False if nobody needs it: the row was deleted in the meantime, or
 * another try has made its own.
 */
export const completeConversion = async (
  sql: Db,
  id: string,
  made: Converted,
): Promise<boolean> => {
  const { count } = await sql`
    update media set conversion = null, conversion_share = null, content_type = ${made.contentType}, size_bytes = ${made.sizeBytes},
      sha256 = ${made.sha256}, width = ${made.width}, height = ${made.height}, duration_ms = ${made.durationMs},
      video_codec = ${made.videoCodec}, audio_codec = ${made.audioCodec}, fps = ${made.fps}, encoding = ${sql.json(made.encoding)}
    where id = ${id} and store_key = ${made.storeKey} and conversion = 'waiting' and purged_at is null`
  return count > 0
}

/** The conversion failed. `words` is the explanation for the person. */
export const failConversion = async (sql: Db, id: string, words: string): Promise<void> => {
  await sql`update media set conversion = 'failed', conversion_share = null, conversion_problem = ${words}
    where id = ${id} and conversion = 'waiting'`
}

export type UnreadyMedia = {
  conversion: 'waiting' | 'failed'
  conversionBeganAt: Date | null
  conversionShare: number | null
  conversionProblem: string | null
  durationMs: number | null
}

/**
 * The file of a post that will be ready last; a failed one comes before one that is still being
 * converted. Null if all are ready.
 */
export const findUnready = async (
  sql: Db,
  ref: { workspaceId: string; postId: string },
): Promise<UnreadyMedia | null> => {
  const [row] = await sql<UnreadyMedia[]>`
    select m.conversion, m.conversion_began_at, m.conversion_share, m.conversion_problem, m.duration_ms
    from post_media pm join media m on m.id = pm.media_id
    where pm.post_id = ${ref.postId} and pm.workspace_id = ${ref.workspaceId} and m.conversion is not null
    order by m.conversion = 'failed' desc, coalesce(m.conversion_share, 0) limit 1`
  return row ?? null
}

/** Files that wait for their conversion, oldest first, for restarting lost workflows. */
export const listConverting = async (sql: Db, limit: number): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    select id from media where conversion = 'waiting' and purged_at is null order by id limit ${limit}`
  return rows.map((row) => row.id)
}
