import type { JsonRecord } from '../platforms/platform.ts'
import type { Db } from './connect.ts'

/** One file of an access request: rows as they stand, without hashes and sealed tokens, which are of use to nobody. promise: E1 */
export type Section = { file: string; rows: JsonRecord[] }
export type WorkspaceToExport = { id: string; slug: string }

/** Columns that hold no data about anybody but keys of ours. */
const keys = [
  'password_hash',
  'token_hash',
  'code_hash',
  'access_token_sealed',
  'refresh_token_sealed',
  'token_sealed',
  'renewing_by',
  'renewing_until',
  'store_key',
  'thumbnail_key',
  'fingerprint',
  'handles',
]

const dump = async (sql: Db, table: string, where: ReturnType<Db>): Promise<JsonRecord[]> => {
  const [there] = await sql<{ is: boolean }[]>`select to_regclass(${table}) is not null as is`
  if (!there?.is) return []
  const found = await sql<{ row: JsonRecord }[]>`
    select to_jsonb(t) - ${keys}::text[] as row from ${sql(table)} t where ${where} order by 1`
  return found.map((one) => one.row)
}

/** Everything that is kept about a person themselves. */
export const personSections = async (sql: Db, userId: string): Promise<Section[]> => {
  const [account, memberships, sessions, invitations, events, posts, media, grants] = await Promise.all([
    dump(sql, 'users', sql`id = ${userId}`),
    dump(sql, 'memberships', sql`user_id = ${userId}`),
    dump(sql, 'sessions', sql`user_id = ${userId}`),
    dump(sql, 'invitations', sql`accepted_by = ${userId} or created_by = ${userId}`),
    dump(sql, 'events', sql`user_id = ${userId} or subject_id = ${userId}`),
    dump(sql, 'posts', sql`created_by = ${userId}`),
    dump(sql, 'media', sql`uploaded_by = ${userId}`),
    dump(sql, 'grants', sql`connected_by = ${userId}`),
  ])
  const named = { account, memberships, sessions, invitations, 'activity-log': events, posts, media, connections: grants }
  return Object.entries(named).map(([file, rows]) => ({ file: `you/${file}`, rows }))
}

export const listWorkspacesToExport = async (sql: Db, userId: string): Promise<WorkspaceToExport[]> =>
  sql<WorkspaceToExport[]>`
    select w.id, w.slug from workspaces w join memberships m on m.workspace_id = w.id
    where m.user_id = ${userId} and m.role = 'admin' order by w.slug`

/** What an admin may have of a workspace: what was made in it, its connected accounts and what became of posts there. */
export const workspaceSections = async (sql: Db, { id, slug }: WorkspaceToExport): Promise<Section[]> => {
  const tables = ['posts', 'targets', 'attempts', 'media', 'post_media', 'grants', 'channels', 'snapshots', 'events']
  const all = await Promise.all(tables.map((table) => dump(sql, table, sql`workspace_id = ${id}`)))
  return tables.map((table, index) => ({ file: `${slug}/${table.replaceAll('_', '-')}`, rows: all[index] ?? [] }))
}

export type FileToExport = { name: string; storeKey: string }

/** The person's own uploads, and for admins those of the workspace, as far as they are still kept. */
export const listFilesToExport = async (sql: Db, userId: string): Promise<FileToExport[]> =>
  sql<FileToExport[]>`
    select w.slug || '/media/' || m.id || '-' || regexp_replace(m.file_name, '[^A-Za-z0-9._-]+', '-', 'g') as name, m.store_key
    from media m join workspaces w on w.id = m.workspace_id
    where m.purged_at is null and (m.uploaded_by = ${userId}
      or exists (select from memberships s where s.workspace_id = w.id and s.user_id = ${userId} and s.role = 'admin'))
    order by 1`
