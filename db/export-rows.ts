import type postgres from 'postgres'
import type { JsonRecord } from '../platforms/platform.ts'
import type { Db, Sql } from './connect.ts'

/** promise: E1: one list of an access request: its name in the file, its columns, and its rows, a few hundred at a time. */
export type Section = { file: string; columns: string[]; rows(): AsyncIterable<JsonRecord[]> }
export type WorkspaceToExport = { id: string; slug: string }
type Where = postgres.PendingQuery<postgres.Row[]>

/** What is of use to nobody but us: hashes, sealed tokens, names in the store, leases. */
const ours = /_(sealed|hash|key)$|^(handles|fingerprint|renewing_by|renewing_until|erased_by)$/
/** What other members of a workspace are told, and ways through a consent page that are not over. */
const personal = ['notices', 'connections_under_way']
const batch = 500

const section = async (sql: Sql, file: string, table: string, where: Where): Promise<Section> => {
  const found = await sql<{ name: string }[]>`
    select column_name as name from information_schema.columns where table_schema = 'public' and table_name = ${table} order by ordinal_position`
  const names = found.map(({ name }) => name)
  const kept = names.filter((name) => !ours.test(name))
  const left = names.filter((name) => ours.test(name))
  const rows = () => fetchAll(sql, sql`select to_jsonb(t) - ${left}::text[] as row from ${sql(table)} t where ${where}`)
  return { file, columns: kept, rows }
}

/** As of one moment, however long the reading takes; each fetch is a statement of its own, so that no time limit of statements ends it. */
const fetchAll = async function* (sql: Sql, query: Where): AsyncGenerator<JsonRecord[]> {
  const held = await sql.reserve()
  try {
    await held`begin isolation level repeatable read read only`
    await held`set local idle_in_transaction_session_timeout = '10min'`
    await held`declare rows no scroll cursor for ${query}`
    for (let full = true; full; ) {
      const some = await held<{ row: JsonRecord }[]>`fetch ${held.unsafe(String(batch))} from rows`
      full = some.length === batch
      yield some.map(({ row }) => row)
    }
  } finally {
    await held`rollback`.catch(() => undefined) // a connection that was lost has nothing to end
    held.release()
  }
}

type Reference = { table: string; columns: string[] }

/** Tables that point at another one, by the database's own word: what is added later is in the file, too. */
const pointingAt = async (sql: Sql, table: string): Promise<Reference[]> =>
  await sql<Reference[]>`
  select r.relname as table, array_agg(distinct a.attname)::text[] as columns
  from pg_constraint c join pg_class r on r.oid = c.conrelid
    join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any(c.conkey)
  where c.contype = 'f' and c.confrelid = ${table}::regclass and not r.relispartition group by 1 order by 1`

/** Everything that is kept about a person themselves: the account, and each row that names them. */
export const personSections = async (sql: Sql, userId: string): Promise<Section[]> => {
  const sections = [await section(sql, 'you/account', 'users', sql`id = ${userId}`)]
  for (const { table, columns } of await pointingAt(sql, 'users')) {
    const named = sql`${userId}::uuid in (${sql.unsafe(columns.join(', '))})`
    const where = table === 'events' ? sql`${named} or subject_id = ${userId}` : named
    sections.push(await section(sql, `you/${asName(table)}`, table, where))
  }
  return sections
}

/** Accounts that this person connected in workspaces of others, with what became of posts there and their numbers. */
export const accountSections = async (sql: Sql, userId: string): Promise<Section[]> => {
  const channels = sql`select c.id from channels c join grants g on g.id = c.grant_id where g.connected_by = ${userId}
    and not exists (select from memberships m where m.workspace_id = c.workspace_id and m.user_id = ${userId} and m.role = 'admin')`
  const sections = [await section(sql, 'your-accounts/channels', 'channels', sql`id in (${channels})`)]
  for (const { table, columns } of await pointingAt(sql, 'channels'))
    if (!personal.includes(table))
      sections.push(await section(sql, `your-accounts/${asName(table)}`, table, sql`${sql(columns[0]!)} in (${channels})`))
  const snapshots = sql`target_id in (select id from targets where channel_id in (${channels}))`
  return [...sections, await section(sql, 'your-accounts/snapshots', 'snapshots', snapshots)]
}

export const listWorkspacesToExport = async (sql: Db, userId: string): Promise<WorkspaceToExport[]> =>
  sql<WorkspaceToExport[]>`
    select w.id, w.slug from workspaces w join memberships m on m.workspace_id = w.id
    where m.user_id = ${userId} and m.role = 'admin' order by w.slug`

/** What an admin may have of a workspace: every table whose rows belong to one, but for what is personal to other members. */
export const workspaceSections = async (sql: Sql, { id, slug }: WorkspaceToExport): Promise<Section[]> => {
  const tables = await sql<{ name: string }[]>`
    select c.table_name as name from information_schema.columns c join pg_class r on r.relname = c.table_name
    where c.table_schema = 'public' and c.column_name = 'workspace_id' and r.relkind in ('r', 'p') and not r.relispartition
      and r.relnamespace = 'public'::regnamespace order by 1`
  const shared = tables.map(({ name }) => name).filter((name) => !personal.includes(name))
  const lists = shared.map((table) => section(sql, `${slug}/${asName(table)}`, table, sql`workspace_id = ${id}`))
  return [await section(sql, `${slug}/workspace`, 'workspaces', sql`id = ${id}`), ...(await Promise.all(lists))]
}

const asName = (table: string): string => table.replaceAll('_', '-')

export type FileToExport = { name: string; storeKey: string }

/** The person's own uploads, and for admins those of the workspace, as far as they are still kept. */
export const listFilesToExport = async (sql: Db, userId: string): Promise<FileToExport[]> =>
  sql<FileToExport[]>`
    select w.slug || '/media/' || m.id || '-' || regexp_replace(m.file_name, '[^A-Za-z0-9._-]+', '-', 'g') as name, m.store_key
    from media m join workspaces w on w.id = m.workspace_id
    where m.purged_at is null and (m.uploaded_by = ${userId}
      or exists (select from memberships s where s.workspace_id = w.id and s.user_id = ${userId} and s.role = 'admin'))
    order by 1`
