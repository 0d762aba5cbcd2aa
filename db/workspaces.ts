import type { Db } from './connect.ts'

export type WorkspaceSettings = { id: string; slug: string; name: string; zone: string; missedAfterHours: number }
export type ListedWorkspace = {
  id: string
  slug: string
  name: string
  zone: string
  members: number
  admins: number
  createdAt: Date
}

/** Null when the slug is taken. */
export const insertWorkspace = async (
  sql: Db,
  workspace: { slug: string; name: string; zone: string; createdBy: string },
): Promise<string | null> => {
  const [row] = await sql`
    insert into workspaces (slug, name, zone, created_by)
    values (${workspace.slug}, ${workspace.name}, ${workspace.zone}, ${workspace.createdBy})
    on conflict (slug) do nothing returning id`
  return row?.id ?? null
}

export const getWorkspaceSettings = async (sql: Db, workspaceId: string): Promise<WorkspaceSettings> => {
  const [row] = await sql<WorkspaceSettings[]>`
    select id, slug, name, zone, extract(epoch from missed_after)::float8 / 3600 as missed_after_hours
    from workspaces where id = ${workspaceId}`
  if (!row) throw new Error(`there is no workspace ${workspaceId}`)
  return row
}

export const changeWorkspace = async (
  sql: Db,
  workspaceId: string,
  to: { name: string; zone: string; missedAfterHours: number },
): Promise<void> => {
  await sql`
    update workspaces set name = ${to.name}, zone = ${to.zone}, missed_after = make_interval(hours => ${to.missedAfterHours})
    where id = ${workspaceId}`
}

/** Every workspace of the installation, for its operator: names and counts, nothing of what is in them. */
export const listWorkspaces = async (sql: Db): Promise<ListedWorkspace[]> =>
  await sql<ListedWorkspace[]>`
    select w.id, w.slug, w.name, w.zone, w.created_at, count(m.*)::int as members,
      (count(*) filter (where m.role = 'admin'))::int as admins
    from workspaces w left join memberships m on m.workspace_id = w.id
    group by w.id order by lower(w.name), w.id`
