import type postgres from 'postgres'
import type { JsonRecord } from '../../platforms/json.ts'
import { type Db, hold, type Sql } from '../postgres/connect.ts'
import { isConnectionLost } from '../postgres/lost.ts'
import { aboutTables } from './export-words.ts'

/**
 * promise: E1: one list of an access request: its file name, what it contains, its columns, and its
 * rows in batches.
 */
export type Section = {
  file: string
  about: string
  columns: string[]
  rows(): AsyncIterable<JsonRecord[]>
}
export type WorkspaceToExport = { id: string; slug: string; name: string }
type Where = postgres.PendingQuery<postgres.Row[]>

/** Columns that are useful only to us, such as hashes, sealed tokens, store keys and leases. */
const ours =
  /_(sealed|hash|key)$|^(handles|fingerprint|renewing_by|renewing_until|erased_by|salt|last_step)$/
/**
 * Tables that are not in a workspace's folder: notices to other members, connections in progress,
 * edits that other members didn't save, and their links for calendar programs.
 */
const personal = ['notices', 'connections_under_way', 'unsaved_edits', 'feeds']
const batch = 500

/**
 * References to a person, or to an account they connected, that don't put a row in the person's
 * export, with the reason that the README gives. A test follows all other references in the schema.
 */
export const leftOut: Record<string, string> = {
  '*.workspace_id':
    'What belongs to a workspace is given to its admins, in the folder of the workspace.',
  '*.made_workspace_id':
    'What belongs to a workspace is given to its admins, in the folder of the workspace.',
  '*.request_id':
    'A deletion ends every session, so nobody can download an export while one runs. Its status page shows the rest.',
  '*.erased_by':
    'A deletion ends every session, so nobody can download an export while one runs. Its status page shows the rest.',
  'post_media.media_id': 'How posts of other members use your files belongs to those members.',
  'posts.series_id': 'Posts of other members in a series that you made are theirs.',
  'series_media.media_id': 'How series of other members use your files belongs to those members.',
  'annotations.channel_id':
    'Notes that other members wrote about an account in Insights are theirs.',
  'unsaved_edits.post_id': 'Edits that other members didn’t save are theirs.',
  'notices.channel_id': 'Notifications to other members are theirs.',
  'notices.grant_id': 'Notifications to other members are theirs.',
  'notices.target_id': 'Notifications to other members are theirs.',
}

const isLeftOut = (table: string, column: string): boolean =>
  `${table}.${column}` in leftOut || `*.${column}` in leftOut

/** The query for the display name of a row, by table. */
const nameOf: Record<string, string> = {
  users: 'select n.name from users n where n.id = ',
  workspaces: 'select n.name from workspaces n where n.id = ',
  channels: 'select n.name from channels n where n.id = ',
  grants: 'select n.user_name from grants n where n.id = ',
  media: 'select n.file_name from media n where n.id = ',
  posts: 'select left(n.text, 80) from posts n where n.id = ',
  targets:
    "select c.name || ': ' || left(p.text, 80) from targets n join channels c on c.id = n.channel_id join posts p on p.id = n.post_id where n.id = ",
}

/** A column that holds an id, and the query for the name of what it refers to. */
type Named = { column: string; name: string; query: string }

const namesIn = async (sql: Sql, table: string): Promise<Named[]> => {
  const found = await sql<{ column: string; of: string }[]>`
    select a.attname as column, f.relname as of from pg_constraint c join pg_class f on f.oid = c.confrelid
      join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
    where c.contype = 'f' and c.conrelid = ${table}::regclass and cardinality(c.conkey) = 1 order by a.attnum`
  const subject = table === 'events' ? [{ column: 'subject_id', of: 'users' }] : []
  return [...found, ...subject].flatMap(({ column, of }) =>
    nameOf[of]
      ? [{ column, name: `${column.replace(/_id$/, '')}_name`, query: `${nameOf[of]}t.${column}` }]
      : [],
  )
}

const section = async (sql: Sql, file: string, table: string, where: Where): Promise<Section> => {
  const found = await sql<{ name: string }[]>`
    select column_name as name from information_schema.columns where table_schema = 'public' and table_name = ${table} order by ordinal_position`
  const left = found.map(({ name }) => name).filter((name) => ours.test(name))
  const named = (await namesIn(sql, table)).filter(({ column }) => !left.includes(column))
  const columns = found.flatMap(({ name }) => {
    if (left.includes(name)) return []
    const beside = named.find(({ column }) => column === name)
    return beside ? [name, beside.name] : [name]
  })
  const names = named.map(({ name, query }) => `'${name}', (${query})`).join(', ')
  const query = sql`
    select to_jsonb(t) - ${left}::text[] || jsonb_build_object(${sql.unsafe(names)}) as row from ${sql(table)} t where ${where}`
  const about = aboutTables[table]
  if (!about) throw new Error(`the README of an export says nothing about ${table}`)
  return { file, about, columns, rows: () => inOrder(fetchAll(sql, query), columns) }
}

/** Puts each name next to its id, in JSON too. */
const inOrder = async function* (
  batches: AsyncIterable<JsonRecord[]>,
  columns: string[],
): AsyncGenerator<JsonRecord[]> {
  for await (const rows of batches)
    yield rows.map(
      (row) =>
        Object.fromEntries(columns.map((column) => [column, row[column] ?? null])) as JsonRecord,
    )
}

/**
 * Reads all rows as of one moment, however long that takes. Each fetch is its own statement, so no
 * statement timeout ends it.
 */
const fetchAll = async function* (sql: Sql, query: Where): AsyncGenerator<JsonRecord[]> {
  const { sql: held, release } = await hold(sql)
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
    await endReading(held)
    release()
  }
}

/** Ends the transaction. If the connection was lost, there is nothing to end. */
const endReading = async (held: Sql): Promise<void> => {
  try {
    await held`rollback`
  } catch (error) {
    if (!isConnectionLost(error)) throw error
  }
}

type Reference = { table: string; column: string }

/**
 * Columns with a foreign key to a table, read from the database so that new ones are exported too.
 */
const pointingAt = async (sql: Sql, table: string): Promise<Reference[]> =>
  (
    await sql<Reference[]>`
      select r.relname as table, a.attname as column
      from pg_constraint c join pg_class r on r.oid = c.conrelid
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
      where c.contype = 'f' and c.confrelid = ${table}::regclass and cardinality(c.conkey) = 1 and not r.relispartition order by 1, 2`
  ).filter(({ table: name, column }) => !isLeftOut(name, column))

/**
 * Finds the rows that refer to these rows, and follows references further through the tables in
 * `through`, which must be ordered so that each comes before the tables that refer to it. Returns a
 * condition for the rows, by table.
 */
const follow = async (
  sql: Sql,
  from: { table: string; where: Where },
  through: string[],
): Promise<Map<string, Where>> => {
  const found = new Map([[from.table, from.where]])
  for (const table of [from.table, ...through]) {
    const own = found.get(table)
    if (!own) continue
    for (const { table: name, column } of await pointingAt(sql, table)) {
      const isTheirs = sql`${sql(column)} in (select id from ${sql(table)} where ${own})`
      const before = found.get(name)
      found.set(name, before ? sql`${before} or ${isTheirs}` : isTheirs)
    }
  }
  return found
}

/**
 * Everything that is stored about the person: the account, every row that names them, and the
 * results of what they created.
 */
export const personSections = async (sql: Sql, userId: string): Promise<Section[]> => {
  const through = [
    'sessions',
    'exports',
    'api_keys',
    'grants',
    'series',
    'posts',
    'media',
    'targets',
  ]
  const found = await follow(sql, { table: 'users', where: sql`id = ${userId}` }, through)
  found.set('events', sql`${found.get('events')!} or subject_id = ${userId}`)
  found.delete('channels') // in your-accounts, or in the folder of the workspace
  return await sectionsOf(sql, 'you', found)
}

/**
 * Accounts that this person connected in workspaces where they are not an admin, with their posts'
 * results and analytics.
 */
export const accountSections = async (sql: Sql, userId: string): Promise<Section[]> => {
  const channels = sql`id in (select c.id from channels c join grants g on g.id = c.grant_id where g.connected_by = ${userId}
    and not exists (select from memberships m where m.workspace_id = c.workspace_id and m.user_id = ${userId} and m.role = 'admin'))`
  return await sectionsOf(
    sql,
    'your-accounts',
    await follow(sql, { table: 'channels', where: channels }, ['targets', 'elsewhere_posts']),
  )
}

const sectionsOf = (sql: Sql, folder: string, found: Map<string, Where>): Promise<Section[]> =>
  Promise.all(
    [...found].map(([table, where]) =>
      section(sql, `${folder}/${table === 'users' ? 'account' : asName(table)}`, table, where),
    ),
  )

export const listWorkspacesToExport = async (
  sql: Db,
  userId: string,
): Promise<WorkspaceToExport[]> =>
  sql<WorkspaceToExport[]>`
    select w.id, w.slug, w.name from workspaces w join memberships m on m.workspace_id = w.id
    where m.user_id = ${userId} and m.role = 'admin' order by w.slug`

/**
 * What an admin may export of a workspace: every table with a workspace, except those in
 * `personal`.
 */
export const workspaceSections = async (
  sql: Sql,
  { id, slug }: WorkspaceToExport,
): Promise<Section[]> => {
  const tables = await sql<{ name: string }[]>`
    select c.table_name as name from information_schema.columns c join pg_class r on r.relname = c.table_name
    where c.table_schema = 'public' and c.column_name = 'workspace_id' and r.relkind in ('r', 'p') and not r.relispartition
      and r.relnamespace = 'public'::regnamespace order by 1`
  const shared = tables.map(({ name }) => name).filter((name) => !personal.includes(name))
  const lists = shared.map((table) =>
    section(sql, `${slug}/${asName(table)}`, table, sql`workspace_id = ${id}`),
  )
  return [
    await section(sql, `${slug}/workspace`, 'workspaces', sql`id = ${id}`),
    ...(await Promise.all(lists)),
  ]
}

const asName = (table: string): string => table.replaceAll('_', '-')

export type FileToExport = { name: string; storeKey: string }

/**
 * The person's own uploads and, for admins, all files of the workspace that are still stored.
 * Includes originals and renditions.
 */
export const listFilesToExport = async (sql: Db, userId: string): Promise<FileToExport[]> =>
  sql<FileToExport[]>`
    select w.slug || '/media/' || m.id || file.as_it || '-' || regexp_replace(m.file_name, '[^A-Za-z0-9._-]+', '-', 'g') as name,
      file.store_key
    from media m join workspaces w on w.id = m.workspace_id,
      lateral (values ('', m.store_key), ('-as-it-came', m.original_key)
        union all select '-rendition-' || row_number() over (order by r.id), r.store_key from renditions r
          where r.media_id = m.id and r.state = 'ready') as file (as_it, store_key)
    where m.purged_at is null and file.store_key is not null and (m.uploaded_by = ${userId}
      or exists (select from memberships s where s.workspace_id = w.id and s.user_id = ${userId} and s.role = 'admin'))
    order by 1`
