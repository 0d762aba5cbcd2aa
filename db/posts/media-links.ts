import { randomBytes } from 'node:crypto'
import type { Db } from '../postgres/connect.ts'

export type AttemptRef = { targetId: string; attemptNumber: number }

/**
 * The public name of a file, or of its rendition, for one attempt. Always the same for the same
 * attempt and rendition; a retired name stays retired. If the post was changed before it was sent,
 * and another rendition is sent now, it gets a new name and the old one ends: platforms keep what
 * they have fetched by its address. `revision`: of the target; an outdated step changes nothing.
 * The URL is `MEDIA_PUBLIC_URL/<name>`. promise: D4: 192 random bits.
 */
export const linkForAttempt = async (
  sql: Db,
  link: AttemptRef & {
    mediaId: string
    workspaceId: string
    renditionId: string | null
    revision: number
  },
): Promise<string> => {
  const isOther = sql`(l.rendition_id is distinct from excluded.rendition_id and l.retired_at is null
    and exists (select from targets t where t.id = l.target_id and t.revision = ${link.revision}))`
  const fresh = randomBytes(24).toString('base64url')
  const [row] = await sql<{ name: string }[]>`
    insert into media_links as l (name, media_id, workspace_id, target_id, attempt_number, rendition_id)
    select ${fresh} || ${ending(sql)},
      m.id, m.workspace_id, ${link.targetId}::uuid, ${link.attemptNumber}::int, ${link.renditionId}::uuid
    from media m where m.id = ${link.mediaId} and m.workspace_id = ${link.workspaceId}
    on conflict (target_id, attempt_number, media_id) do update set
      name = case when ${isOther} then excluded.name else l.name end,
      rendition_id = case when ${isOther} then excluded.rendition_id else l.rendition_id end
    returning name`
  if (!row) throw new Error(`workspace ${link.workspaceId} has no media ${link.mediaId}`)
  return row.name
}

const ending = (sql: Db) =>
  sql`case m.content_type when 'image/jpeg' then '.jpg' when 'video/quicktime' then '.mov' else '.mp4' end`

/**
 * A URL of the newest file for `operate -- doctor`, which removes it again. It belongs to no
 * attempt, so fetching it proves nothing about one. Null if there is no file.
 */
export const linkForTrial = async (
  sql: Db,
): Promise<{ name: string; contentType: string; sizeBytes: number } | null> => {
  const fresh = randomBytes(24).toString('base64url')
  const [row] = await sql<{ name: string; contentType: string; sizeBytes: number }[]>`
    with newest as (select * from media where purged_at is null order by uploaded_at desc limit 1), link as (
      insert into media_links (name, media_id, workspace_id) select ${fresh} || ${ending(sql)}, m.id, m.workspace_id from newest m
      returning name)
    select link.name, m.content_type, m.size_bytes::float8 as size_bytes from link, newest m`
  return row ?? null
}

export const removeTrialLink = async (sql: Db, name: string): Promise<void> => {
  await sql`delete from media_links where name = ${name} and target_id is null`
}

/**
 * Makes the attempt's URLs answer 410 from now on. After that, the result of `wasFetched` is final.
 */
export const retireLinks = async (
  sql: Db,
  { targetId, attemptNumber }: AttemptRef,
): Promise<void> => {
  await sql`
    update media_links set retired_at = now()
    where target_id = ${targetId} and attempt_number = ${attemptNumber} and retired_at is null`
}

/** Whether anyone fetched one of the attempt's files. Null if it had no URLs. */
export const wasFetched = async (
  sql: Db,
  { targetId, attemptNumber }: AttemptRef,
): Promise<boolean | null> => {
  const [row] = await sql<{ fetched: boolean | null }[]>`
    select bool_or(first_fetched_at is not null) as fetched from media_links
    where target_id = ${targetId} and attempt_number = ${attemptNumber}`
  return row?.fetched ?? null
}

export type PublicFile = {
  storeKey: string
  contentType: string
  sizeBytes: number
  sha256: Buffer
  gone: boolean
}

/**
 * The file behind a public URL. Records the visit in the same statement, so that a fetch is either
 * visible to the code that retires the URL, or refused.
 */
export const visitLink = async (sql: Db, name: string): Promise<PublicFile | null> => {
  const [row] = await sql<PublicFile[]>`
    with visit as (
      update media_links l set fetches = l.fetches + 1, first_fetched_at = coalesce(l.first_fetched_at, now())
      from media m where m.id = l.media_id and l.name = ${name} and l.retired_at is null and m.purged_at is null
      returning l.name)
    select coalesce(r.store_key, m.store_key) as store_key, coalesce(r.content_type, m.content_type) as content_type,
      coalesce(r.size_bytes, m.size_bytes)::float8 as size_bytes, coalesce(r.sha256, m.sha256) as sha256,
      not exists (select from visit) as gone
    from media_links l join media m on m.id = l.media_id left join renditions r on r.id = l.rendition_id and r.state = 'ready'
    where l.name = ${name}`
  return row ?? null
}

export type MediaLink = {
  name: string
  createdAt: Date
  retiredAt: Date | null
  firstFetchedAt: Date | null
  fetches: number
}

/** The public URLs of a file, newest first. */
export const listLinks = async (
  sql: Db,
  workspaceId: string,
  mediaId: string,
): Promise<MediaLink[]> =>
  await sql<MediaLink[]>`
    select name, created_at, retired_at, first_fetched_at, fetches from media_links
    where workspace_id = ${workspaceId} and media_id = ${mediaId} order by created_at desc limit 50`
