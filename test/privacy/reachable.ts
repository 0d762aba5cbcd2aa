import type { Sql } from '../../db/postgres/connect.ts'
import type { Everything } from '../support/everything.ts'

type Row = Record<string, unknown>
type Reference = { table: string; column: string; of: string; key: string }

/**
 * Everything in a dump that refers to a person, directly or through other rows, by the schema's
 * foreign keys. Shares no code with exports. `isLeftOut`: references that are not followed.
 */
export const reachableFrom = async (
  sql: Sql,
  all: Everything,
  userId: string,
  isLeftOut: (table: string, column: string) => boolean,
): Promise<{ table: string; row: Row }[]> => {
  const references = await sql<Reference[]>`
    select r.relname as table, a.attname as column, f.relname as of, k.attname as key
    from pg_constraint c join pg_class r on r.oid = c.conrelid join pg_class f on f.oid = c.confrelid
      join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
      join pg_attribute k on k.attrelid = c.confrelid and k.attnum = c.confkey[1]
    where c.contype = 'f' and not r.relispartition`
  const rowsOf = new Map<string, Row[]>()
  for (const [key, text] of all.rows) {
    const table = key.slice(0, key.indexOf(' '))
    rowsOf.set(table, [...(rowsOf.get(table) ?? []), JSON.parse(text) as Row])
  }
  const found = new Map<Row, string>()
  const queue = (rowsOf.get('users') ?? [])
    .filter((row) => row.id === userId)
    .map((row) => ({ table: 'users', row }))
  for (let next = queue.shift(); next; next = queue.shift()) {
    if (found.has(next.row)) continue
    found.set(next.row, next.table)
    for (const { table, column, of, key } of references) {
      if (of !== next.table || isLeftOut(table, column)) continue
      const value = next.row[key]
      if (value === null || value === undefined) continue
      for (const row of rowsOf.get(table) ?? [])
        if (row[column] === value) queue.push({ table, row })
    }
  }
  return [...found].map(([row, table]) => ({ table, row }))
}
