import type { Readable, Writable } from 'node:stream'
import type postgres from 'postgres'
import type { Sql } from './connect.ts'

type Transaction = postgres.TransactionSql
export type Table = { name: string; columns: string[] }
export type Partition = { name: string; of: string; bound: string }
export type Shape = { schemaVersion: number; tables: Table[]; partitions: Partition[] }

/** Runs `work` on one snapshot of the whole database: nothing of what is written meanwhile is seen. */
export const onSnapshot = async <T>(sql: Sql, work: (t: Transaction) => Promise<T>): Promise<T> =>
  (await sql.begin('isolation level repeatable read read only', async (t) => {
    await unguard(t)
    return await work(t)
  })) as T

/** A backup takes as long as it takes. */
const unguard = async (t: Transaction): Promise<void> => {
  await t`set local statement_timeout = 0`
  await t`set local idle_in_transaction_session_timeout = 0`
}

/** What there is to copy. A table's partitions are copied with it, and made again before it is loaded. */
export const readShape = async (t: Transaction): Promise<Shape> => {
  const [version] = await t<{ version: number }[]>`select max(version)::int as version from schema_version`
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

/** The rows of a table, in PostgreSQL's own text form. */
export const copyOut = async (t: Transaction, { name, columns }: Table): Promise<Readable> => {
  const rows = await t`copy (select ${t(columns)} from ${t(name)}) to stdout`.readable()
  // postgres 3.4 stops listening to the server while many rows wait to be read, and listens again when it is asked for more: nobody
  // asks once the last row is there, and the next statement would never be answered.
  rows.once('end', () => rows._read(0))
  return rows
}

/**
 * Fills an empty schema, all or nothing. References between tables are taken away for the while and made again at the end, when
 * PostgreSQL looks at every row; counters go on behind the highest number.
 */
export const loadTables = async (
  sql: Sql,
  { tables, partitions }: Shape,
  fill: (t: Transaction, table: Table) => Promise<void>,
  finish: (t: Transaction) => Promise<void>,
): Promise<void> => {
  await sql.begin(async (t) => {
    await unguard(t)
    const references = await listReferences(t)
    for (const { table, name } of references) await t`alter table ${t(table)} drop constraint ${t(name)}`
    for (const { name, of, bound } of partitions)
      await t.unsafe(`create table if not exists "${checked(name)}" partition of "${checked(of)}" ${bound}`)
    for (const { name } of tables) {
      await t`alter table ${t(name)} disable trigger user`
      await t`delete from ${t(name)}` // what migrations put there
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

/** Empties the schema of a database in which nobody has an account yet. Returns false, and does nothing, when somebody has. */
export const emptySchema = async (sql: Sql): Promise<boolean> =>
  (await sql.begin(async (t) => {
    const [table] = await t<{ users: string | null }[]>`select to_regclass('public.users')::text as users`
    if (table?.users) {
      const [used] = await t`select 1 from users union all select 1 from workspaces limit 1`
      if (used) return false
    }
    await t`drop schema public cascade`
    await t`create schema public`
    return true
  })) as boolean

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

/** Names come from a file. */
const checked = (name: string): string => {
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) throw new Error(`"${name}" is no name of a table`)
  return name
}
