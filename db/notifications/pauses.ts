import type { Db } from '../postgres/connect.ts'
import { stateList, unsentStates } from '../posts/target-states.ts'

/** Since when publishing is paused. Null where it isn't. */
export type Pause = { workspaceAt: Date | null; installationAt: Date | null }

/** A post of a paused workspace that has come due. */
type PausedPost = { postId: string; version: number; text: string; dueAt: Date; channels: string[] }

export const findPause = async (sql: Db, workspaceId: string): Promise<Pause> => {
  const [row] = await sql<Pause[]>`
    select w.paused_at as workspace_at, i.paused_at as installation_at from workspaces w cross join installation i where w.id = ${workspaceId}`
  return row ?? { workspaceAt: null, installationAt: null }
}

/** False if it was already paused. */
export const pauseWorkspace = async (
  sql: Db,
  workspaceId: string,
  userId: string | null,
): Promise<boolean> => {
  const rows = await sql`
    update workspaces set paused_at = now(), paused_by = ${userId} where id = ${workspaceId} and paused_at is null returning id`
  return rows.length === 1
}

export const endPause = async (sql: Db, workspaceId: string): Promise<boolean> => {
  const rows = await sql`
    update workspaces set paused_at = null, paused_by = null where id = ${workspaceId} and paused_at is not null returning id`
  return rows.length === 1
}

export const findInstallationPause = async (sql: Db): Promise<Date | null> => {
  const [row] = await sql<{ pausedAt: Date | null }[]>`select paused_at from installation`
  return row?.pausedAt ?? null
}

export const pauseInstallation = async (sql: Db): Promise<boolean> => {
  const rows =
    await sql`update installation set paused_at = now() where paused_at is null returning one`
  return rows.length === 1
}

/**
 * Ends the pause of the installation. A workspace with posts that came due in the meantime becomes
 * paused itself, because its admins, not the operator, decide about those posts.
 */
export const endInstallationPause = async (sql: Db): Promise<boolean> => {
  const rows = await sql`
    with ended as (update installation set paused_at = null where paused_at is not null returning one)
    update workspaces w set paused_at = now() from ended
    where w.paused_at is null and exists (
      select from targets t where t.workspace_id = w.id and t.state in ${stateList(sql, unsentStates)} and t.due_at <= now())
    returning w.id`
  return rows.length > 0
}

/** Posts that came due during the pause, oldest first. */
export const listPausedPosts = (sql: Db, workspaceId: string): Promise<PausedPost[]> => sql<
  PausedPost[]
>`
  with due as (
    select t.post_id, min(t.due_at) as due_at, array_agg(c.name order by c.platform, c.name) as channels
    from targets t join channels c on c.id = t.channel_id
    where t.workspace_id = ${workspaceId} and t.state in ${stateList(sql, unsentStates)} and t.due_at <= now() group by t.post_id)
  select due.*, p.version, p.text from due
    cross join lateral (select version, left(text, 120) as text from posts where id = due.post_id limit 1) p
  order by due.due_at`

/** Signals the workflows that wait for the end of the pause. Returns the target ids. */
export const enqueueUnsent = async (sql: Db, workspaceId: string | null): Promise<string[]> => {
  const rows = await sql<{ refId: string }[]>`
    insert into outbox (kind, ref_id)
    select 'target', id from targets
    where (comment_open or (state in ${stateList(sql, unsentStates)} and due_at < now() + interval '1 day')) and (${workspaceId}::uuid is null or workspace_id = ${workspaceId}::uuid)
    returning ref_id`
  return rows.map((row) => row.refId)
}
