import type { Readable, Writable } from 'node:stream'
import type postgres from 'postgres'
import { type Sql, txStraight } from './connect.ts'

type Transaction = postgres.TransactionSql
export type Table = { name: string; columns: string[] }
type Partition = { name: string; of: string; bound: string }
export type Shape = { schemaVersion: number; tables: Table[]; partitions: Partition[] }

/**
 * Runs `work` on one snapshot of the whole database. It doesn't see what is written in the
 * meantime.
 */
export const onSnapshot = <T>(sql: Sql, work: (t: Transaction) => Promise<T>): Promise<T> =>
  txStraight(
    sql,
    async (t) => {
      await unguard(t)
      return await work(t)
    },
    'isolation level repeatable read read only',
  )

/** Removes the time limits of this transaction: a backup can take long. */
const unguard = async (t: Transaction): Promise<void> => {
  await t`set local statement_timeout = 0`
  await t`set local idle_in_transaction_session_timeout = 0`
}

/**
 * The tables and partitions to copy. `copyOut` of a table includes its partitions, which must exist
 * again before the table is loaded.
 */
export const readShape = async (t: Transaction): Promise<Shape> => {
  const [version] = await t<
    { version: number }[]
  >`select max(version)::int as version from schema_version`
  const tables = await t<Table[]>`
    select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> 'schema_version'
    group by c.relname order by c.relname`
  const partitions = await t<Partition[]>`
    select c.relname as name, p.relname as of, pg_get_expr(c.relpartbound, c.oid) as bound
    from pg_class c join pg_inherits i on i.inhrelid = c.oid join pg_class p on p.oid = i.inhparent
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relispartition order by c.relname`
  return { schemaVersion: version?.version ?? 0, tables: [...tables], partitions: [...partitions] }
}

/**
 * promise: E1: exports are copies of data that the backup contains anyway, and a backup must not
 * keep them longer than their week. Their download links are left out too. Table name → condition
 * for the rows to copy.
 */
const notBackedUp: Record<string, string> = {
  exports: 'false',
  mail_links: 'export_id is null',
  outbox:
    "kind <> 'export' and not (kind = 'mail-link' and ref_id in (select id from mail_links where export_id is not null))",
}

/**
 * Streams the rows of a table in PostgreSQL's text format, without the rows that `notBackedUp`
 * leaves out.
 */
export const copyOut = async (t: Transaction, { name, columns }: Table): Promise<Readable> => {
  const rows =
    await t`copy (select ${t(columns)} from ${t(name)} where ${t.unsafe(notBackedUp[name] ?? 'true')}) to stdout`.readable()
  // postgres 3.4 pauses the connection while many rows wait to be read and resumes it on the next
  // read. After the last row there is no next read, so the next statement would never be answered:
  // read once more.
  rows.once('end', () => rows._read(0))
  return rows
}

/**
 * Fills an empty schema in one transaction. Drops foreign keys first and adds them again at the
 * end, when PostgreSQL checks every row. Sequences continue after the highest number.
 */
export const loadTables = async (
  sql: Sql,
  { tables, partitions }: Shape,
  fill: (t: Transaction, table: Table) => Promise<void>,
  finish: (t: Transaction) => Promise<void>,
): Promise<void> => {
  await txStraight(sql, async (t) => {
    await unguard(t)
    const references = await listReferences(t)
    for (const { table, name } of references)
      await t`alter table ${t(table)} drop constraint ${t(name)}`
    for (const { name, of, bound } of partitions)
      await t.unsafe(
        `create table if not exists "${checked(name)}" partition of "${checked(of)}" ${bound}`,
      )
    for (const { name } of tables) {
      await t`alter table ${t(name)} disable trigger user`
      await t`delete from ${t(name)}` // rows that migrations inserted
    }
    for (const table of tables) await fill(t, table)
    for (const { name } of tables) await t`alter table ${t(name)} enable trigger user`
    for (const { table, name, definition } of references)
      await t.unsafe(`alter table "${table}" add constraint "${name}" ${definition}`)
    await setCounters(t)
    await finish(t)
  })
}

export const copyIn = async (t: Transaction, { name, columns }: Table): Promise<Writable> =>
  await t`copy ${t(name)} (${t(columns)}) from stdin`.writable()

/**
 * Empties the schema if the database has no user and no workspace. Otherwise changes nothing and
 * returns false.
 */
export const emptySchema = (sql: Sql): Promise<boolean> =>
  txStraight(sql, async (t) => {
    const [table] = await t<
      { users: string | null }[]
    >`select to_regclass('public.users')::text as users`
    if (table?.users) {
      const [used] = await t`select 1 from users union all select 1 from workspaces limit 1`
      if (used) return false
    }
    await t`drop schema public cascade`
    await t`create schema public`
    return true
  })

type Reference = { table: string; name: string; definition: string }

const listReferences = async (t: Transaction): Promise<Reference[]> => [
  ...(await t<Reference[]>`
    select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace and conparentid = 0`),
]

const setCounters = async (t: Transaction): Promise<void> => {
  const counters = await t<{ table: string; column: string }[]>`
    select c.relname as table, a.attname as column from pg_attribute a join pg_class c on c.oid = a.attrelid
    where a.attidentity <> '' and c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`
  for (const { table, column } of counters)
    await t`select setval(pg_get_serial_sequence(${`public.${table}`}, ${column}), coalesce((select max(${t(column)}) from ${t(table)}), 0) + 1, false)`
}

/** Names come from a backup file, so they are checked before they become SQL. */
const checked = (name: string): string => {
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) throw new Error(`"${name}" is no name of a table`)
  return name
}
