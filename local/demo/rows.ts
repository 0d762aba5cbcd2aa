import { randomBytes } from 'node:crypto'
import type { Db } from '../../db/postgres/connect.ts'

/**
 * An id that the database would have created at that time, because lists are sorted by id (RFC
 * 9562, version 7).
 */
export const idAt = (at: Date): string => {
  const hex = at.getTime().toString(16).padStart(12, '0') + randomBytes(10).toString('hex')
  const variant = ((Number.parseInt(hex[16]!, 16) & 3) | 8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/**
 * The driver's types allow only simple values. jsonb columns take objects, which it writes as JSON.
 */
type Rows = Record<string, string>[]

/** Inserts rows that all have the same columns (the keys), in as few statements as possible. */
export const insertRows = async (
  sql: Db,
  table: string,
  rows: Record<string, unknown>[],
): Promise<void> => {
  const columns = Object.keys(rows[0] ?? {})
  // PostgreSQL accepts 65,535 parameters.
  const atOnce = Math.floor(60_000 / Math.max(1, columns.length))
  for (let from = 0; from < rows.length; from += atOnce) {
    await sql`insert into ${sql(table)} ${sql(rows.slice(from, from + atOnce) as Rows, ...columns)}`
  }
}

/** Changes these columns of one row. */
export const updateRow = async (
  sql: Db,
  table: string,
  id: string,
  row: Record<string, unknown>,
): Promise<void> => {
  await sql`update ${sql(table)} set ${sql(row as Rows[number], ...Object.keys(row))} where id = ${id}`
}
