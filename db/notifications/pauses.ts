import type { Db } from './connect.ts'
import type { TargetState } from './target-states.ts'

/** Since when nothing is sent, and by whose word; null where it is not paused. */
export type Pause = { workspaceAt: Date | null; installationAt: Date | null }

/** A post of a paused workspace whose time has come. */
export type DuePost = { postId: string; text: string; dueAt: Date; channels: string[] }

export const findPause = async (sql: Db, workspaceId: string): Promise<Pause> => {
  const [row] = await sql<Pause[]>`
    select w.paused_at as workspace_at, i.paused_at as installation_at from workspaces w cross join installation i where w.id = ${workspaceId}`
  return row ?? { workspaceAt: null, installationAt: null }
}

/** False when it was paused before. */
export const pauseWorkspace = async (sql: Db, workspaceId: string, userId: string | null): Promise<boolean> => {
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
  const rows = await sql`update installation set paused_at = now() where paused_at is null returning one`
  return rows.length === 1
}

/**
 * Ends the pause of the installation. Workspaces in which something came due meanwhile stay paused by themselves: what to do with it is
 * for their admins to say, not for the operator.
 */
export const endInstallationPause = async (sql: Db): Promise<boolean> => {
  const rows = await sql`
    with ended as (update installation set paused_at = null where paused_at is not null returning one)
    update workspaces w set paused_at = now() from ended
    where w.paused_at is null and exists (
      select from targets t where t.workspace_id = w.id and t.state = any(${unsent}) and t.due_at <= now())
    returning w.id`
  return rows.length > 0
}

/** What came due while nothing was sent, oldest first. */
export const listDuePosts = (sql: Db, workspaceId: string): Promise<DuePost[]> => sql<DuePost[]>`
  select t.post_id, left(p.text, 120) as text, min(t.due_at) as due_at, array_agg(c.name order by c.platform, c.name) as channels
  from targets t join posts p on p.id = t.post_id join channels c on c.id = t.channel_id
  where t.workspace_id = ${workspaceId} and t.state = any(${unsent}) and t.due_at <= now()
  group by t.post_id, p.text order by min(t.due_at)`

/** Their workflows wait for the end of the pause: they are told of it. */
export const enqueueUnsent = async (sql: Db, workspaceId: string | null): Promise<string[]> => {
  const rows = await sql<{ refId: string }[]>`
    insert into outbox (kind, ref_id)
    select 'target', id from targets
    where state = any(${unsent}) and due_at < now() + interval '1 day' and (${workspaceId}::uuid is null or workspace_id = ${workspaceId}::uuid)
    returning ref_id`
  return rows.map((row) => row.refId)
}

const unsent: TargetState[] = ['scheduled', 'preparing', 'ready']
