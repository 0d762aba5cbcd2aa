import type { Edits } from '../../media/edits.ts'
import type { JsonRecord } from '../../platforms/json.ts'
import type { Db } from '../postgres/connect.ts'
import type { ReviewState } from './reviews/states.ts'

/** How a post repeats, as chosen in the form. */
export type Repeat = {
  how: 'weeks' | 'day' | 'first' | 'last'
  /** Every so many weeks. */
  step: number
  /** 1 is Monday, 7 is Sunday. Empty: the weekday of the post. */
  weekdays: number[]
  end: '' | 'date' | 'count'
  /** Such as `2026-12-31`. Empty without an end date. */
  until: string
  count: number
}

/** How a post is published to one account. An empty `kind` means what the platform suggests. */
type Choice = { kind: string; settings: JsonRecord }

export type Draft = {
  state: 'draft' | 'scheduled'
  text: string
  link: string | null
  /** Platform → its own text, if it differs. */
  variants: Record<string, string>
  /** Channel id → choice. */
  choices: Record<string, Choice>
  /** As typed, such as `2026-11-26T10:00`. Null if no time was chosen. */
  wallTime: string | null
  zone: string | null
  dueAt: Date | null
  /** Of a draft without a time: the slots it takes when it is scheduled. */
  slotChoice: 'slot' | 'queue' | null
  /** Of a draft: how it repeats once it is scheduled. Null if it doesn't. */
  repeats: Repeat | null
}

export type PostRow = Draft & {
  id: string
  workspaceId: string
  version: number
  createdBy: string | null
  /** The series that it is an occurrence of. */
  seriesId: string | null
  /** The date of the series for which it was made. */
  occurrenceOn: string | null
  /** An occurrence that was changed alone. */
  isApart: boolean
  createdAt: Date
  updatedAt: Date
  /** Null if nobody asked for approval. */
  review: ReviewState | null
}

type PostRef = { workspaceId: string; postId: string }
export type PostTime = { wallTime: string; zone: string; dueAt: Date }

export const findPost = async (sql: Db, ref: PostRef): Promise<PostRow | null> => {
  const [post] = await selectPost(sql, ref)
  return post ?? null
}

/** At most one row. */
export const selectPost = (sql: Db, ref: PostRef): Promise<PostRow[]> => sql<PostRow[]>`
  select ${postColumns(sql)} from posts
  where workspace_id = ${ref.workspaceId} and id = ${ref.postId} and state <> 'discarded'`

export const insertPost = async (
  sql: Db,
  post: Draft & { workspaceId: string; createdBy: string | null },
): Promise<string> => {
  const [row] = await sql<{ id: string }[]>`
    insert into posts (workspace_id, created_by, state, text, link, variants, choices, wall_time, zone, due_at, slot_choice, repeats)
    values (${post.workspaceId}, ${post.createdBy}, ${post.state}, ${post.text}, ${post.link}, ${sql.json(post.variants)},
            ${sql.json(post.choices)}, ${post.wallTime}, ${post.zone}, ${post.dueAt}, ${post.slotChoice},
            ${post.repeats && sql.json(post.repeats)})
    returning id`
  if (!row) throw new Error('the post was not inserted')
  return row.id
}

/**
 * Saves an edit that was based on version `version`. False if someone has saved a newer version in
 * the meantime.
 */
export const updatePost = async (
  sql: Db,
  ref: PostRef & { version: number },
  draft: Draft,
): Promise<boolean> => {
  const rows = await sql`
    update posts set state = ${draft.state}, text = ${draft.text}, link = ${draft.link}, variants = ${sql.json(draft.variants)},
      choices = ${sql.json(draft.choices)}, wall_time = ${draft.wallTime}, zone = ${draft.zone}, due_at = ${draft.dueAt},
      slot_choice = ${draft.slotChoice}, repeats = ${draft.repeats && sql.json(draft.repeats)}, version = version + 1, updated_at = now()
    where workspace_id = ${ref.workspaceId} and id = ${ref.postId} and version = ${ref.version}
    returning id`
  return rows.length === 1
}

/** Sets the files of a post, in this order. Leaves out files of other workspaces. */
export const replacePostMedia = async (
  t: Db,
  ref: PostRef,
  media: { id: string; altText: string; edits: Edits | null }[],
): Promise<void> => {
  await t`delete from post_media where post_id = ${ref.postId} and workspace_id = ${ref.workspaceId}`
  if (media.length === 0) return
  const ids = media.map((item) => item.id)
  const altTexts = media.map((item) => item.altText)
  const edits = media.map((item) => (item.edits ? JSON.stringify(item.edits) : null))
  await t`
    insert into post_media (post_id, workspace_id, media_id, position, alt_text, edits)
    select ${ref.postId}, media.workspace_id, media.id, wanted.position::int, wanted.alt_text, wanted.edits::jsonb
    from unnest(${ids}::uuid[], ${altTexts}::text[], ${edits}::text[]) with ordinality
      as wanted (id, alt_text, edits, position)
      join media on media.id = wanted.id and media.workspace_id = ${ref.workspaceId}`
}

/**
 * Sets another time for a post, or none for a draft. `movePost` changes the time of its targets.
 */
export const setPostTime = async (
  sql: Db,
  ref: PostRef,
  time: PostTime | { wallTime: null; zone: null; dueAt: null },
): Promise<void> => {
  await sql`
    update posts set wall_time = ${time.wallTime}, zone = ${time.zone}, due_at = ${time.dueAt}, slot_choice = null, updated_at = now()
    where workspace_id = ${ref.workspaceId} and id = ${ref.postId}`
}

/**
 * Deletes a draft; scheduled posts keep their history. It disappears from all pages, and the sweep
 * deletes it a day later. Returns whether there was one.
 */
export const discardDraft = async (sql: Db, ref: PostRef): Promise<boolean> => {
  const rows = await sql`
    update posts set state = 'discarded', due_at = null, updated_at = now()
    where workspace_id = ${ref.workspaceId} and id = ${ref.postId} and state = 'draft'
      and not exists (select from targets where post_id = posts.id) returning id`
  return rows.length > 0
}

/** Deletes discarded drafts that use these files, so that they don't keep them from being deleted. */
export const dropDiscardedWith = async (
  sql: Db,
  workspaceId: string,
  mediaIds: string[],
): Promise<void> => {
  await sql`
    delete from posts where workspace_id = ${workspaceId} and state = 'discarded'
      and id in (select post_id from post_media where media_id = any(${mediaIds}::uuid[]))`
}

/** Creates a draft with the same text, media, labels, choices and internal note, but no time. */
export const duplicatePost = async (
  sql: Db,
  ref: PostRef & { createdBy: string },
): Promise<string | null> => {
  const [row] = await sql<{ id: string }[]>`
    insert into posts (workspace_id, created_by, text, link, variants, choices, note)
    select workspace_id, ${ref.createdBy}, text, link, variants, choices, note
    from posts where workspace_id = ${ref.workspaceId} and id = ${ref.postId} and state <> 'discarded' returning id`
  if (!row) return null
  await sql`
    insert into post_media (post_id, media_id, workspace_id, position, alt_text, edits)
    select ${row.id}, media_id, post_media.workspace_id, (row_number() over (order by position))::int,
      post_media.alt_text, post_media.edits
    from post_media join media on media.id = media_id and media.purged_at is null
    where post_id = ${ref.postId} and post_media.workspace_id = ${ref.workspaceId}`
  await sql`
    insert into post_labels (post_id, label_id, workspace_id)
    select ${row.id}, label_id, workspace_id from post_labels where post_id = ${ref.postId} and workspace_id = ${ref.workspaceId}`
  return row.id
}

/** The columns of a PostRow. */
export const postColumns = (sql: Db) => sql`
  id, workspace_id, state, text, link, variants, choices, wall_time, zone, due_at, slot_choice, repeats, series_id, occurrence_on::text, is_apart, version, created_by, created_at, updated_at,
  (select r.state from reviews r where r.post_id = posts.id) as review`
