import postgres from 'postgres'
import type { Db } from './connect.ts'

type Fragment = postgres.PendingQuery<postgres.Row[]>

/**
 * Turns a query in parentheses into one JSON array in the same order, so that one statement can
 * return several lists. Read the rows with `fromJson`.
 */
export const asJson = (sql: Db, rows: Fragment): Fragment => sql`coalesce((select jsonb_agg(to_jsonb(r)) from ${rows} r), '[]')`

/**
 * Converts a JSON row to what the driver would return: camelCase names, and a Date for each name in
 * `dates` that isn't null.
 */
export const fromJson = <Row>(row: Record<string, unknown>, dates: string[]): Row => {
  const entries = Object.entries(row).map(([column, value]) => {
    const name = postgres.toCamel(column)
    return [name, typeof value === 'string' && dates.includes(name) ? new Date(value) : value]
  })
  return Object.fromEntries(entries) as Row
}
