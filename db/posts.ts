import type { JsonRecord } from '../platforms/platform.ts'
import type { Db } from './connect.ts'

/** How a post goes to one connected account. `kind` empty: what the platform suggests. */
export type Choice = { kind: string; settings: JsonRecord }

export type Draft = {
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
  state: 'draft' | 'scheduled'
  version: number
  createdBy: string | null
  createdAt: Date
  updatedAt: Date
}

type Where = { workspaceId: string; postId: string }

export const findPost = async (sql: Db, where: Where): Promise<PostRow | null> => {
  const [post] = await sql<PostRow[]>`
    select ${columns(sql)} from posts where workspace_id = ${where.workspaceId} and id = ${where.postId}`
  return post ?? null
}

/** The same row, held until the transaction ends: two people cannot act on one post at once. */
export const lockPost = async (t: Db, where: Where): Promise<PostRow | null> => {
  const [post] = await t<PostRow[]>`
    select ${columns(t)} from posts where workspace_id = ${where.workspaceId} and id = ${where.postId} for update`
  return post ?? null
}

export const insertPost = async (sql: Db, post: Draft & { workspaceId: string; createdBy: string }): Promise<string> => {
  const [row] = await sql<{ id: string }[]>`
    insert into posts (workspace_id, created_by, text, link, variants, choices, wall_time, zone, due_at)
    values (${post.workspaceId}, ${post.createdBy}, ${post.text}, ${post.link}, ${sql.json(post.variants)},
            ${sql.json(post.choices)}, ${post.wallTime}, ${post.zone}, ${post.dueAt})
    returning id`
  if (!row) throw new Error('the post was not inserted')
  return row.id
}

/** Writes an edit of version `version`; null when somebody else has written a newer one meanwhile. */
export const updatePost = async (sql: Db, where: Where & { version: number }, draft: Draft): Promise<number | null> => {
  const [row] = await sql<{ version: number }[]>`
    update posts set text = ${draft.text}, link = ${draft.link}, variants = ${sql.json(draft.variants)},
      choices = ${sql.json(draft.choices)}, wall_time = ${draft.wallTime}, zone = ${draft.zone}, due_at = ${draft.dueAt},
      version = version + 1, updated_at = now()
    where workspace_id = ${where.workspaceId} and id = ${where.postId} and version = ${where.version}
    returning version`
  return row?.version ?? null
}

/** The post's part of scheduling; its targets are written by `scheduleTargets` in the same transaction. */
export const markScheduled = async (
  sql: Db,
  where: Where,
  time: { wallTime: string; zone: string; dueAt: Date },
): Promise<void> => {
  await sql`
    update posts set state = 'scheduled', wall_time = ${time.wallTime}, zone = ${time.zone}, due_at = ${time.dueAt},
      version = version + 1, updated_at = now()
    where workspace_id = ${where.workspaceId} and id = ${where.postId}`
}

/** Moves a draft on the calendar; nothing goes out by itself. */
export const moveDraft = async (sql: Db, where: Where, time: { wallTime: string; zone: string; dueAt: Date }): Promise<void> => {
  await sql`
    update posts set wall_time = ${time.wallTime}, zone = ${time.zone}, due_at = ${time.dueAt}, version = version + 1, updated_at = now()
    where workspace_id = ${where.workspaceId} and id = ${where.postId} and state = 'draft'`
}

/** Only a draft: what was scheduled keeps its history. Says whether there was one. */
export const deleteDraft = async (sql: Db, where: Where): Promise<boolean> => {
  const rows = await sql`
    delete from posts where workspace_id = ${where.workspaceId} and id = ${where.postId} and state = 'draft'
      and not exists (select from targets where post_id = posts.id) returning id`
  return rows.length > 0
}

/** A new draft with the same text, media and choices, and no time. */
export const duplicatePost = async (sql: Db, where: Where & { createdBy: string }): Promise<string | null> => {
  const [row] = await sql<{ id: string }[]>`
    insert into posts (workspace_id, created_by, text, link, variants, choices)
    select workspace_id, ${where.createdBy}, text, link, variants, choices
    from posts where workspace_id = ${where.workspaceId} and id = ${where.postId} returning id`
  if (!row) return null
  await sql`
    insert into post_media (post_id, media_id, workspace_id, position, alt_text)
    select ${row.id}, media_id, post_media.workspace_id, (row_number() over (order by position))::int, alt_text
    from post_media join media on media.id = media_id and media.purged_at is null
    where post_id = ${where.postId} and post_media.workspace_id = ${where.workspaceId}`
  return row.id
}

const columns = (sql: Db) => sql`
  id, workspace_id, state, text, link, variants, choices, wall_time, zone, due_at, version, created_by, created_at, updated_at`
