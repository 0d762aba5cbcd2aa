import { randomBytes } from 'node:crypto'
import type { Db } from './connect.ts'

export type AttemptRef = { targetId: string; attemptNumber: number }

/**
 * The public name of a file for one attempt, the same however often it is asked for; a name that was retired stays retired.
 * The address is `MEDIA_PUBLIC_URL/<name>`. promise: D4: 192 random bits.
 */
export const linkForAttempt = async (sql: Db, link: AttemptRef & { mediaId: string; workspaceId: string }): Promise<string> => {
  const fresh = randomBytes(24).toString('base64url')
  const [row] = await sql<{ name: string }[]>`
    insert into media_links (name, media_id, workspace_id, target_id, attempt_number)
    select ${fresh} || case m.content_type when 'image/jpeg' then '.jpg' when 'video/quicktime' then '.mov' else '.mp4' end,
      m.id, m.workspace_id, ${link.targetId}::uuid, ${link.attemptNumber}::int
    from media m where m.id = ${link.mediaId} and m.workspace_id = ${link.workspaceId}
    on conflict (target_id, attempt_number, media_id) do update set media_id = excluded.media_id
    returning name`
  if (!row) throw new Error(`workspace ${link.workspaceId} has no media ${link.mediaId}`)
  return row.name
}

/** From now on the attempt's addresses answer 410; who reads `wasFetched` afterwards reads what stays true. */
export const retireLinks = async (sql: Db, { targetId, attemptNumber }: AttemptRef): Promise<void> => {
  await sql`
    update media_links set retired_at = now()
    where target_id = ${targetId} and attempt_number = ${attemptNumber} and retired_at is null`
}

/** Whether anybody ever came for one of the attempt's files; null when it had no addresses. */
export const wasFetched = async (sql: Db, { targetId, attemptNumber }: AttemptRef): Promise<boolean | null> => {
  const [row] = await sql<{ fetched: boolean | null }[]>`
    select bool_or(first_fetched_at is not null) as fetched from media_links
    where target_id = ${targetId} and attempt_number = ${attemptNumber}`
  return row?.fetched ?? null
}

export type PublicFile = { storeKey: string; contentType: string; sizeBytes: number; sha256: Buffer; gone: boolean }

/**
 * What a public address leads to; the visit is written down in the same statement, so that a fetch is either known to
 * whoever retires the address, or refused.
 */
export const visitLink = async (sql: Db, name: string): Promise<PublicFile | null> => {
  const [row] = await sql<PublicFile[]>`
    with visit as (
      update media_links l set fetches = l.fetches + 1, first_fetched_at = coalesce(l.first_fetched_at, now())
      from media m where m.id = l.media_id and l.name = ${name} and l.retired_at is null and m.purged_at is null
      returning l.name)
    select m.store_key, m.content_type, m.size_bytes::float8 as size_bytes, m.sha256,
      not exists (select from visit) as gone
    from media_links l join media m on m.id = l.media_id where l.name = ${name}`
  return row ?? null
}

export type MediaLink = {
  name: string
  createdAt: Date
  retiredAt: Date | null
  firstFetchedAt: Date | null
  fetches: number
}

/** The public addresses of a file, newest first. */
export const listLinks = async (sql: Db, workspaceId: string, mediaId: string): Promise<MediaLink[]> =>
  await sql<MediaLink[]>`
    select name, created_at, retired_at, first_fetched_at, fetches from media_links
    where workspace_id = ${workspaceId} and media_id = ${mediaId} order by created_at desc limit 50`
