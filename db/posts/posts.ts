import type { JsonRecord } from '../platforms/platform.ts'
import type { Db } from './connect.ts'

/** How a post goes to one connected account. `kind` empty: what the platform suggests. */
export type Choice = { kind: string; settings: JsonRecord }

export type Draft = {
  state: 'draft' | 'scheduled'
  text: string
  link: string | null
  /** Platform → its own text, where it differs. */
  variants: Record<string, string>
  /** Channel id → choice. */
  choices: Record<string, Choice>
  /** As typed, `2026-11-26T10:00`; null when no time was chosen. */
  wallTime: string | null
  zone: string | null
  dueAt: Date | null
}

export type PostRow = Draft & {
  id: string
  workspaceId: string
  version: number
  createdBy: string | null
  createdAt: Date
  updatedAt: Date
}

type PostRef = { workspaceId: string; postId: string }
export type PostTime = { wallTime: string; zone: string; dueAt: Date }

export const findPost = async (sql: Db, ref: PostRef): Promise<PostRow | null> => {
  const [post] = await sql<PostRow[]>`
    select ${columns(sql)} from posts where workspace_id = ${ref.workspaceId} and id = ${ref.postId}`
  return post ?? null
}

/** The same row, held until the transaction ends: two people cannot act on one post at once. */
export const lockPost = async (t: Db, ref: PostRef): Promise<PostRow | null> => {
  const [post] = await t<PostRow[]>`
    select ${columns(t)} from posts where workspace_id = ${ref.workspaceId} and id = ${ref.postId} for update`
  return post ?? null
}

export const insertPost = async (sql: Db, post: Draft & { workspaceId: string; createdBy: string }): Promise<string> => {
  const [row] = await sql<{ id: string }[]>`
    insert into posts (workspace_id, created_by, state, text, link, variants, choices, wall_time, zone, due_at)
    values (${post.workspaceId}, ${post.createdBy}, ${post.state}, ${post.text}, ${post.link}, ${sql.json(post.variants)},
            ${sql.json(post.choices)}, ${post.wallTime}, ${post.zone}, ${post.dueAt})
    returning id`
  if (!row) throw new Error('the post was not inserted')
  return row.id
}

/** Writes an edit made from version `version`; false when somebody else has written a newer one meanwhile. */
export const updatePost = async (sql: Db, ref: PostRef & { version: number }, draft: Draft): Promise<boolean> => {
  const rows = await sql`
    update posts set state = ${draft.state}, text = ${draft.text}, link = ${draft.link}, variants = ${sql.json(draft.variants)},
      choices = ${sql.json(draft.choices)}, wall_time = ${draft.wallTime}, zone = ${draft.zone}, due_at = ${draft.dueAt},
      version = version + 1, updated_at = now()
    where workspace_id = ${ref.workspaceId} and id = ${ref.postId} and version = ${ref.version}
    returning id`
  return rows.length === 1
}

/** The files of a post, in the given order. A file of another workspace has no row to join and is left out. */
export const replacePostMedia = async (t: Db, ref: PostRef, media: { id: string; altText: string }[]): Promise<void> => {
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

/** Another time for a post; what becomes of its targets is written beside it, by `movePost`. */
export const setPostTime = async (sql: Db, ref: PostRef, time: PostTime): Promise<void> => {
  await sql`
    update posts set wall_time = ${time.wallTime}, zone = ${time.zone}, due_at = ${time.dueAt}, version = version + 1, updated_at = now()
    where workspace_id = ${ref.workspaceId} and id = ${ref.postId}`
}

/** Only a draft: what was scheduled keeps its history. Says whether there was one. */
export const deleteDraft = async (sql: Db, ref: PostRef): Promise<boolean> => {
  const rows = await sql`
    delete from posts where workspace_id = ${ref.workspaceId} and id = ${ref.postId} and state = 'draft'
      and not exists (select from targets where post_id = posts.id) returning id`
  return rows.length > 0
}

/** A new draft with the same text, media and choices, and no time. */
export const duplicatePost = async (sql: Db, ref: PostRef & { createdBy: string }): Promise<string | null> => {
  const [row] = await sql<{ id: string }[]>`
    insert into posts (workspace_id, created_by, text, link, variants, choices)
    select workspace_id, ${ref.createdBy}, text, link, variants, choices
    from posts where workspace_id = ${ref.workspaceId} and id = ${ref.postId} returning id`
  if (!row) return null
  await sql`
    insert into post_media (post_id, media_id, workspace_id, position, alt_text)
    select ${row.id}, media_id, post_media.workspace_id, (row_number() over (order by position))::int, alt_text
    from post_media join media on media.id = media_id and media.purged_at is null
    where post_id = ${ref.postId} and post_media.workspace_id = ${ref.workspaceId}`
  return row.id
}

const columns = (sql: Db) => sql`
  id, workspace_id, state, text, link, variants, choices, wall_time, zone, due_at, version, created_by, created_at, updated_at`
