import { mayComeIn } from '../people/second-factor.ts'
import type { Db } from '../postgres/connect.ts'
import { hashSecret, newSecret } from '../vault/secrets.ts'

/**
 * `calendar`: all posts of a workspace. `own-calendar`: those that the person made. `published`:
 * what was published, as RSS.
 */
export const feedKinds = ['calendar', 'own-calendar', 'published'] as const
export type FeedKind = (typeof feedKinds)[number]

type Owner = { workspaceId: string; userId: string }
/** `lastReadOn` is a day in UTC, such as 2026-12-01. */
export type ListedFeed = { kind: FeedKind; createdAt: Date; lastReadOn: string | null }

/**
 * Makes the link of this kind, or replaces it: the old one stops working. Returns the code, which is
 * shown once. The table stores only its hash.
 */
export const replaceFeed = async (
  sql: Db,
  { workspaceId, userId }: Owner,
  kind: FeedKind,
  now: Date,
): Promise<{ id: string; code: string }> => {
  const code = newSecret()
  const [row] = await sql<{ id: string }[]>`
    insert into feeds (workspace_id, user_id, kind, code_hash, created_at)
    values (${workspaceId}, ${userId}, ${kind}, ${hashSecret(code)}, ${now})
    on conflict (workspace_id, user_id, kind) do update
      set code_hash = excluded.code_hash, created_at = excluded.created_at, last_read_on = null
    returning id`
  return { id: row!.id, code }
}

/** The id of the link that was deleted, or null if there was none. */
export const deleteFeed = async (
  sql: Db,
  { workspaceId, userId }: Owner,
  kind: FeedKind,
): Promise<string | null> => {
  const [row] = await sql<{ id: string }[]>`
    delete from feeds where workspace_id = ${workspaceId} and user_id = ${userId} and kind = ${kind} returning id`
  return row?.id ?? null
}

/** Deletes the links of a person whose account closes, in every workspace. */
export const deleteFeedsOf = async (sql: Db, userId: string): Promise<void> => {
  await sql`delete from feeds where user_id = ${userId}`
}

export const listFeeds = (sql: Db, { workspaceId, userId }: Owner): Promise<ListedFeed[]> =>
  sql<ListedFeed[]>`
    select kind, created_at, last_read_on::text from feeds
    where workspace_id = ${workspaceId} and user_id = ${userId}`

export type OpenFeed = Owner & {
  id: string
  kind: FeedKind
  workspaceName: string
  workspaceSlug: string
  zone: string
}

/**
 * Null unless the code belongs to the feed of an active member, who has two-step sign-in if the
 * workspace requires it. The result doesn't show why a code is invalid.
 */
export const findFeed = async (sql: Db, code: string): Promise<OpenFeed | null> => {
  const [row] = await sql<OpenFeed[]>`
    select f.id, f.kind, f.workspace_id, f.user_id, w.name as workspace_name, w.slug as workspace_slug, w.zone
    from feeds f join workspaces w on w.id = f.workspace_id join users u on u.id = f.user_id
      join memberships m on m.workspace_id = f.workspace_id and m.user_id = f.user_id
    where f.code_hash = ${hashSecret(code)} and u.deactivated_at is null and ${mayComeIn(sql)}`
  return row ?? null
}

/** Writes once a day, so that a program that asks every minute costs nothing. */
export const markFeedRead = async (sql: Db, id: string, now: Date): Promise<void> => {
  await sql`
    update feeds set last_read_on = (${now}::timestamptz at time zone 'UTC')::date
    where id = ${id} and last_read_on is distinct from (${now}::timestamptz at time zone 'UTC')::date`
}
