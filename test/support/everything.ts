import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Sql } from '../../db/postgres/connect.ts'

/** All stored data as text: every row of every table, by key, and the names of all files. */
export type Everything = { rows: Map<string, string>; files: Set<string> }

export const dumpEverything = async (sql: Sql, mediaUrl: string): Promise<Everything> => {
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`
  const rows = new Map<string, string>()
  for (const { name } of tables) {
    const found = await sql<{ row: string }[]>`select to_jsonb(t)::text as row from ${sql(name)} t`
    for (const { row } of found) rows.set(`${name} ${keyOf(row)}`, row)
  }
  const files = await readdir(fileURLToPath(mediaUrl), { recursive: true, withFileTypes: true })
  return { rows, files: new Set(files.filter((file) => file.isFile()).map((file) => file.name)) }
}

const keyOf = (row: string): string => {
  const { id, ...rest } = JSON.parse(row) as Record<string, unknown>
  return typeof id === 'string' || typeof id === 'number'
    ? String(id)
    : JSON.stringify(rest).slice(0, 200)
}

/** How many rows and files of `before` are missing in `after`, by table. */
export const goneSince = (
  before: Everything,
  after: Everything,
): { tables: Record<string, number>; files: number } => {
  const gone = [...before.rows.keys()]
    .filter((key) => !after.rows.has(key))
    .map((key) => key.split(' ')[0] ?? '')
  const tables: Record<string, number> = {}
  for (const table of gone) tables[table] = (tables[table] ?? 0) + 1
  return { tables, files: [...before.files].filter((file) => !after.files.has(file)).length }
}

/** Where any of these words still appears, in rows or in the bytes of files. */
export const findTraces = async (
  { rows, files }: Everything,
  mediaUrl: string,
  words: string[],
): Promise<string[]> => {
  const inRows = [...rows]
    .filter(([, row]) => words.some((word) => row.includes(word)))
    .map(([key, row]) => `${key}: ${row}`)
  const folder = fileURLToPath(mediaUrl)
  const inFiles: string[] = []
  for (const file of files) {
    const bytes = await readFile(join(folder, file.slice(0, 2), file)).catch(() => Buffer.alloc(0))
    if (words.some((word) => bytes.includes(word))) inFiles.push(file)
  }
  return [...inRows, ...inFiles]
}
