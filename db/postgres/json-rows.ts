import postgres from 'postgres'
import type { Db } from './connect.ts'

/** A part of a statement. */
export type Fragment = postgres.PendingQuery<postgres.Row[]>

/**
 * Turns a query in parentheses into one JSON array in the same order, so that one statement can
 * return several lists. Read the rows with `fromJson`.
 */
export const asJson = (sql: Db, rows: Fragment): Fragment =>
  sql`coalesce((select json_agg(r) from ${rows} r), '[]')`

/**
 * Converts a JSON row to what the driver would return: camelCase names, and a Date for each name in
 * `dates` that isn't null.
 */
export const fromJson = <Row>(row: Record<string, unknown>, dates: string[]): Row => {
  const read: Record<string, unknown> = {}
  for (const column in row) {
    const name = camel(column)
    const value = row[column]
    read[name] = typeof value === 'string' && dates.includes(name) ? new Date(value) : value
  }
  return read as Row
}

const names = new Map<string, string>()

/** Columns are few, so each is converted once. */
const camel = (column: string): string => {
  const known = names.get(column)
  if (known !== undefined) return known
  const name = postgres.toCamel(column)
  names.set(column, name)
  return name
}

/** The names of a row's dates. */
type DatesOf<Row> = {
  [Name in keyof Row]-?: NonNullable<Row[Name]> extends Date ? Name : never
}[keyof Row] &
  string
// biome-ignore lint/suspicious/noExplicitAny: rows of any shape
type AnyRead = { rows: PromiseLike<any[]>; dates: string[] }
type RowsOf<Reads extends Record<string, AnyRead>> = {
  [Name in keyof Reads]: Awaited<Reads[Name]['rows']>[number][]
}

/**
 * One of several reads: a query that was made but not awaited, and the names of all its dates. Its
 * numbers must fit JavaScript: cast a bigint or a sum to float8, as for the driver.
 */
export const read = <Row>(
  rows: PromiseLike<Row[]>,
  dates: Record<DatesOf<Row>, true>,
): { rows: PromiseLike<Row[]>; dates: string[] } => ({
  rows,
  dates: Object.keys(dates),
})

/**
 * Runs independent queries as one statement. A statement costs about as much as reading twenty
 * rows. For lists of some hundred rows at most: JSON repeats the names of the columns in each row.
 * `before`: `with` and what several of them read.
 */
export const together = async <Reads extends Record<string, AnyRead>>(
  sql: Db,
  reads: Reads,
  before: Fragment = sql``,
): Promise<RowsOf<Reads>> => {
  const entries = Object.entries(reads)
  const columns = entries.map(
    ([name, { rows }]) =>
      sql`${asJson(sql, sql`(${rows as unknown as Fragment})`)} as ${sql(name)}`,
  )
  const [row = {}] = await sql<
    Record<string, Record<string, unknown>[]>[]
  >`${before} select ${columns.reduce((all, one) => sql`${all}, ${one}`)}`
  const lists = entries.map(([name, { dates }]) => [
    name,
    row[name]!.map((one) => fromJson(one, dates)),
  ])
  return Object.fromEntries(lists)
}
