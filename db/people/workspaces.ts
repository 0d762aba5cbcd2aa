import type { Db } from '../postgres/connect.ts'
import { terms } from '../privacy/terms.ts'

export type WorkspaceSettings = {
  id: string
  slug: string
  name: string
  zone: string
  missedAfterHours: number
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

export const getWorkspaceSettings = async (
  sql: Db,
  workspaceId: string,
): Promise<WorkspaceSettings> => {
  const [row] = await sql<WorkspaceSettings[]>`
    select id, slug, name, zone, extract(epoch from missed_after)::float8 / 3600 as missed_after_hours
    from workspaces where id = ${workspaceId}`
  if (!row) throw new Error(`there is no workspace ${workspaceId}`)
  return row
}

/** The campaign tags that were typed last, to be filled in. Any of them may be missing. */
export const findLinkTags = async (
  sql: Db,
  workspaceId: string,
): Promise<{ source?: string; medium?: string; campaign?: string }> => {
  const [row] = await sql<{ linkTags: Record<string, string> }[]>`
    select link_tags from workspaces where id = ${workspaceId}`
  return row?.linkTags ?? {}
}

/** Returns whether they are others than before. */
export const keepLinkTags = async (
  sql: Db,
  workspaceId: string,
  tags: { source: string; medium: string; campaign: string },
): Promise<boolean> => {
  const { count } = await sql`
    update workspaces set link_tags = ${sql.json(tags)}
    where id = ${workspaceId} and link_tags <> ${sql.json(tags)}`
  return count > 0
}

/** A former time zone of a workspace, and until when it applied. */
export type EarlierZone = { zone: string; until: string }

/**
 * As long as analytics are kept, because their days are counted in the zone of that time.
 * promise: R3
 */
const zonesKept = terms.numbers

/**
 * Saves the settings. If the zone changes, the old one is kept with this moment, because days that
 * were counted in it stay as they are.
 */
export const changeWorkspace = async (
  sql: Db,
  workspaceId: string,
  to: { name: string; zone: string; missedAfterHours: number },
  at: Date,
): Promise<void> => {
  await sql`
    update workspaces set name = ${to.name}, zone = ${to.zone}, missed_after = make_interval(hours => ${to.missedAfterHours}),
      earlier_zones = case when zone = ${to.zone} then earlier_zones else (
        select coalesce(jsonb_agg(one order by one ->> 'until'), '[]') from jsonb_array_elements(earlier_zones) one
        where (one ->> 'until')::timestamptz > now() - ${zonesKept}::interval
      ) || jsonb_build_array(jsonb_build_object('zone', zone, 'until', ${at}::timestamptz)) end
    where id = ${workspaceId}`
}

/** Finds a workspace by its slug, for the command line. Null if there is none. */
export const findWorkspaceId = async (sql: Db, slug: string): Promise<string | null> => {
  const [row] = await sql<{ id: string }[]>`select id from workspaces where slug = ${slug}`
  return row?.id ?? null
}

/** Names and slugs of the person's workspaces, in one list. */
export const listNamesOfWorkspaces = async (sql: Db, userId: string): Promise<string[]> => {
  const rows = await sql<{ name: string; slug: string }[]>`
    select w.name, w.slug from workspaces w join memberships m on m.workspace_id = w.id where m.user_id = ${userId}`
  return rows.flatMap(({ name, slug }) => [name, slug])
}

/** The workspace's slug, which is part of its URLs. Null if the workspace is gone. */
export const findSlug = async (sql: Db, workspaceId: string): Promise<string | null> => {
  const [row] = await sql<{ slug: string }[]>`select slug from workspaces where id = ${workspaceId}`
  return row?.slug ?? null
}

/** Whether this PostgreSQL knows the zone. Its time zone data may be older than ours. */
export const knowsZone = async (sql: Db, zone: string): Promise<boolean> => {
  const [row] = await sql<
    { known: boolean }[]
  >`select exists (select from pg_timezone_names where name = ${zone}) as known`
  return row?.known ?? false
}
