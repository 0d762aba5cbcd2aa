import type { Db } from '../postgres/connect.ts'
import { hasWorkflow, keysOfMedia } from '../posts/renditions.ts'
import { type Moved, transition } from '../posts/target-transitions.ts'
import type { OpenRequest } from './deletion-requests.ts'

/** Files, file names and alt texts of a person in workspaces that are kept. */

/**
 * promise: E3: an SQL condition for files that this person uploaded and that no other member's post
 * or series uses. A post whose author was deleted counts as another member's.
 */
const isTheirsAlone = (sql: Db, { id, userId }: OpenRequest) => sql`
  m.uploaded_by = ${userId} and m.files_removed_at is null
  and m.workspace_id not in (select id from workspaces where erased_by = ${id})
  and not exists (select from post_media pm join posts p on p.id = pm.post_id
    where pm.media_id = m.id and p.created_by is distinct from ${userId})
  and not exists (select from series_media sm join series s on s.id = sm.series_id
    where sm.media_id = m.id and s.created_by is distinct from ${userId})`

/** Cancels unsent targets whose post loses a file. */
export const cancelTargetsLosingFiles = async (sql: Db, request: OpenRequest): Promise<Moved[]> => {
  const losing = sql`select pm.post_id from post_media pm join media m on m.id = pm.media_id where ${isTheirsAlone(sql, request)}`
  await sql`select from posts where id in (${losing}) order by id for no key update`
  return await transition(sql, 'cancel', { where: sql`t.post_id in (${losing})` })
}

export type OwnFile = { id: string; keys: string[]; isConverted: boolean }

/**
 * Makes the public URLs of these files stop working. The caller deletes their bytes next. At most
 * `limit` files.
 */
export const purgeOwnFiles = (
  sql: Db,
  request: OpenRequest,
  limit: number,
  now: Date,
): Promise<OwnFile[]> => sql<OwnFile[]>`
  update media set purged_at = coalesce(purged_at, ${now})
  where id = any(array(select m.id from media m where ${isTheirsAlone(sql, request)} order by m.id limit ${limit}))
  returning id, ${keysOfMedia(sql)} as keys, ${hasWorkflow(sql)} as is_converted`

/**
 * Call it after the bytes were deleted. A file that a post uses keeps its kind and size, so that
 * the post shows that there was one. Other files are deleted entirely.
 */
export const forgetOwnFiles = async (sql: Db, ids: string[], now: Date): Promise<void> => {
  await sql`delete from media m where id = any(${ids}) and not exists (select from post_media pm where pm.media_id = m.id)
    and not exists (select from series_media sm where sm.media_id = m.id)`
  await sql`delete from renditions where media_id = any(${ids})`
  await sql`update media set files_removed_at = ${now}, thumbnail_key = null, medium_key = null, original_key = null,
    conversion = null, alt_text = '', sha256 = '\\x' where id = any(${ids})`
}

/** The new name of a file whose uploader was deleted. */
const plainName = (sql: Db) => sql`case kind when 'video' then 'Video' else 'Photo' end`

/** Replaces the file names of what the person uploaded. Returns how many. */
export const dropFileNames = async (sql: Db, userId: string): Promise<number> => {
  const { count } = await sql`
    update media set file_name = ${plainName(sql)} where uploaded_by = ${userId} and file_name <> ${plainName(sql)}`
  return count
}

/** Deletes the alt texts of files that the person wrote. Returns how many. */
export const dropFileAltTexts = async (sql: Db, userId: string): Promise<number> => {
  const { count } = await sql`
    update media set alt_text = '' where alt_text_by = ${userId} and alt_text <> ''`
  return count
}

/**
 * Deletes the alt texts in posts that the person wrote, also in what was approved. Returns how many, and the unsent targets,
 * which must be prepared again.
 */
export const dropAltTexts = async (
  sql: Db,
  userId: string,
): Promise<{ texts: number; targetIds: string[] }> => {
  const dropped = await sql<{ postId: string }[]>`
    update post_media pm set alt_text = '' from posts p where p.id = pm.post_id and p.created_by = ${userId} and pm.alt_text <> ''
    returning pm.post_id`
  const inSeries = await sql`
    update series_media sm set alt_text = '' from series s where s.id = sm.series_id and s.created_by = ${userId} and sm.alt_text <> ''`
  const posts = dropped.map((row) => row.postId)
  await sql`
    update reviews r set content = jsonb_set(r.content, '{media}', (
      select coalesce(jsonb_agg(one || '{"alt": ""}' order by nth), '[]')
      from jsonb_array_elements(r.content -> 'media') with ordinality as m (one, nth)))
    where r.post_id = any(${posts}::uuid[]) and r.content is not null`
  const targets = await transition(sql, 'prepareAnew', {
    where: sql`t.post_id = any(${posts}::uuid[])`,
  })
  return { texts: dropped.length + inSeries.count, targetIds: targets.map((row) => row.id) }
}

export type LeftBehind = { workspaceId: string; accounts: number; files: number }

/** What each remaining workspace loses with the person, for a notice to its admins. */
export const listLeftBehind = (sql: Db, request: OpenRequest): Promise<LeftBehind[]> => sql<
  LeftBehind[]
>`
  select w.id as workspace_id,
    (select count(*)::int from channels c join grants g on g.id = c.grant_id
      where g.workspace_id = w.id and g.connected_by = ${request.userId} and g.state <> 'ended' and c.state <> 'disconnected') as accounts,
    (select count(*)::int from media m where m.workspace_id = w.id and ${isTheirsAlone(sql, request)}) as files
  from workspaces w where w.erased_by is null and (
    exists (select from memberships s where s.workspace_id = w.id and s.user_id = ${request.userId})
    or exists (select from grants g where g.workspace_id = w.id and g.connected_by = ${request.userId})
    or exists (select from media m where m.workspace_id = w.id and m.uploaded_by = ${request.userId}))`
