import type { Db } from './connect.ts'

export type WorkspaceSettings = { id: string; slug: string; name: string; zone: string; missedAfterHours: number }

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

/** By its part of addresses; for the command line. */
export const findWorkspaceId = async (sql: Db, slug: string): Promise<string | null> => {
  const [row] = await sql<{ id: string }[]>`select id from workspaces where slug = ${slug}`
  return row?.id ?? null
}
