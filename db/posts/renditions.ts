import { enqueue } from '../notifications/outbox.ts'
import type { Db } from '../postgres/connect.ts'

/** A file that is made from an upload. `recipe` and `edits` are texts that say how. */
export type WantedRendition = { mediaId: string; recipe: string; edits: string }

export type RenditionRow = WantedRendition & {
  id: string
  state: 'waiting' | 'ready' | 'failed'
  problem: string | null
  share: number | null
  /** Null until it is made, as are the other facts. */
  storeKey: string | null
  contentType: string | null
  sizeBytes: number | null
  width: number | null
  height: number | null
  durationMs: number | null
}

/**
 * Asks for renditions of a workspace's files. One that exists or is being made isn't asked for
 * again. One that could not be made gets another try.
 */
export const requestRenditions = async (
  t: Db,
  workspaceId: string,
  wanted: WantedRendition[],
): Promise<void> => {
  if (wanted.length === 0) return
  const rows = await t<{ mediaId: string }[]>`
    insert into renditions (workspace_id, media_id, recipe, edits)
    select m.workspace_id, m.id, w.recipe, w.edits
    from ${listOf(t, wanted)} join media m on m.id = w.media_id and m.workspace_id = ${workspaceId} and m.purged_at is null
    on conflict (media_id, recipe, edits) do update set state = 'waiting', problem = null
      where renditions.state = 'failed'
    returning media_id`
  for (const mediaId of new Set(rows.map((row) => row.mediaId))) await enqueue(t, 'media', mediaId)
}

/** Those of the wanted renditions that exist, in no particular order. */
export const listRenditions = async (
  sql: Db,
  workspaceId: string,
  wanted: WantedRendition[],
): Promise<RenditionRow[]> =>
  wanted.length === 0
    ? []
    : await sql<RenditionRow[]>`
        select r.id, r.media_id, r.recipe, r.edits, r.state, r.problem, r.share, r.store_key, r.content_type,
          r.size_bytes::float8 as size_bytes, r.width, r.height, r.duration_ms
        from ${listOf(sql, wanted)} join renditions r on r.media_id = w.media_id and r.recipe = w.recipe and r.edits = w.edits
        where r.workspace_id = ${workspaceId}`

const listOf = (sql: Db, wanted: WantedRendition[]) => sql`
  unnest(${wanted.map((one) => one.mediaId)}::uuid[], ${wanted.map((one) => one.recipe)}::text[],
    ${wanted.map((one) => one.edits)}::text[]) as w (media_id, recipe, edits)`

/**
 * A rendition to make. `sourceKey`: the upload, or the library's file if the upload wasn't kept.
 * `sizeBytes`: of the library's file.
 */
export type RenditionToMake = {
  id: string
  recipe: string
  edits: string
  sourceKey: string
  sizeBytes: number
  storeKey: string | null
}

/** The next rendition of a file that waits. Null if none does. */
export const findWaitingRendition = async (
  sql: Db,
  mediaId: string,
): Promise<RenditionToMake | null> => {
  const [row] = await sql<RenditionToMake[]>`
    select r.id, r.recipe, r.edits, coalesce(m.original_key, m.store_key) as source_key, r.store_key, m.size_bytes::float8 as size_bytes
    from renditions r join media m on m.id = r.media_id
    where r.media_id = ${mediaId} and r.state = 'waiting' and m.purged_at is null order by r.created_at, r.id limit 1`
  return row ?? null
}

/** Failed renditions of a post's files get another try. */
export const reviveRenditions = async (
  t: Db,
  ref: { workspaceId: string; postId: string },
): Promise<void> => {
  const rows = await t<{ mediaId: string }[]>`
    update renditions r set state = 'waiting', problem = null
    from post_media pm where pm.post_id = ${ref.postId} and pm.workspace_id = ${ref.workspaceId}
      and pm.media_id = r.media_id and r.state = 'failed'
    returning r.media_id`
  for (const mediaId of new Set(rows.map((row) => row.mediaId))) await enqueue(t, 'media', mediaId)
}

/**
 * Names the file that a try is about to store, so that a purge finds it: a purge waits for this, or
 * this sees the purge. `before`: the name of the try before. False if another try was faster, or
 * nothing waits for it any more.
 */
export const nameRenditionFile = async (
  sql: Db,
  id: string,
  key: { before: string | null; now: string },
): Promise<boolean> => {
  const { count } = await sql`
    with kept as (
      select m.id from media m join renditions r on r.media_id = m.id
      where r.id = ${id} and m.purged_at is null for share of m)
    update renditions set store_key = ${key.now} from kept
    where renditions.id = ${id} and media_id = kept.id and state = 'waiting'
      and store_key is not distinct from ${key.before}`
  return count > 0
}

export type MadeRendition = {
  storeKey: string
  contentType: string
  sizeBytes: number
  sha256: Buffer
  width: number
  height: number
  durationMs: number | null
}

/**
 * The file is stored. False if nobody needs it: its row is gone, its upload was purged, or another
 * try has made one.
 */
export const completeRendition = async (
  sql: Db,
  id: string,
  made: MadeRendition,
): Promise<boolean> => {
  const { count } = await sql`
    with kept as (
      select m.id from media m join renditions r on r.media_id = m.id
      where r.id = ${id} and m.purged_at is null for share of m)
    update renditions set state = 'ready', share = null, content_type = ${made.contentType}, size_bytes = ${made.sizeBytes},
      sha256 = ${made.sha256}, width = ${made.width}, height = ${made.height}, duration_ms = ${made.durationMs}
    from kept
    where renditions.id = ${id} and media_id = kept.id and state = 'waiting'
      and store_key = ${made.storeKey}`
  return count > 0
}

export const noteRenditionShare = async (sql: Db, id: string, share: number): Promise<void> => {
  await sql`update renditions set share = ${share} where id = ${id} and state = 'waiting'`
}

/**
 * Renditions with edits that no post of the file has any more, and that no platform was given, are
 * as if they had not been made yet. The caller removes their bytes, then calls
 * `deleteUnusedRenditions`: so a worker that is killed leaves neither bytes without a row, nor a
 * row that says it has bytes.
 */
export const listUnusedRenditions = async (
  sql: Db,
  mediaId: string,
  before: Date,
): Promise<{ id: string; storeKey: string | null }[]> => sql<
  { id: string; storeKey: string | null }[]
>`
  update renditions r set state = 'waiting' where media_id = ${mediaId} and edits <> '' and created_at < ${before}
    and ${isUnused(sql)}
  returning id, store_key`

/** Leaves out those that a post needs again. They are made again. */
export const deleteUnusedRenditions = async (sql: Db, ids: string[]): Promise<void> => {
  await sql`delete from renditions r where id = any(${ids}) and state = 'waiting' and ${isUnused(sql)}`
}

const isUnused = (sql: Db) => sql`
  not exists (select from post_media pm where pm.media_id = r.media_id and pm.edits = r.edits::jsonb)
  and not exists (select from media_links l where l.rendition_id = r.id)`

/** It can't be made. `words` is the explanation for the person. */
export const failRendition = async (sql: Db, id: string, words: string): Promise<void> => {
  await sql`update renditions set state = 'failed', share = null, problem = ${words} where id = ${id} and state = 'waiting'`
}

/** Files with a rendition that waits, for restarting lost workflows. */
export const listRendering = async (sql: Db, limit: number): Promise<string[]> => {
  const rows = await sql<{ mediaId: string }[]>`
    select distinct media_id from renditions where state = 'waiting' order by media_id limit ${limit}`
  return rows.map((row) => row.mediaId)
}

/** SQL for all store keys of the media row that `alias` names, as an array. */
export const keysOfMedia = (sql: Db, alias: 'media' | 'm' = 'media') => {
  const row = sql.unsafe(alias)
  return sql`array_remove(array[${row}.store_key, ${row}.thumbnail_key, ${row}.medium_key, ${row}.original_key]
    || array(select r.store_key from renditions r where r.media_id = ${row}.id), null)`
}

/** SQL for whether a workflow may have made files of the media row. */
export const hasWorkflow = (sql: Db) =>
  sql`((media.kind = 'video' and media.original_key is not null) or exists (select from renditions r where r.media_id = media.id))`
