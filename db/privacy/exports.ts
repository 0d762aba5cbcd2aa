import type { Db } from './connect.ts'

export type Export = { id: string; userId: string; storeKey: string | null; sizeBytes: number | null; madeAt: Date | null }

/** promise: E1: asks for a file with everything; null while an earlier one is being made. */
export const insertExport = async (sql: Db, userId: string, now: Date): Promise<string | null> => {
  const [row] = await sql<{ id: string }[]>`
    insert into exports (user_id, asked_at) select ${userId}, ${now}
    where not exists (select from exports where user_id = ${userId} and made_at is null and asked_at > ${now}::timestamptz - interval '1 hour')
    returning id`
  return row?.id ?? null
}

export const findExport = async (sql: Db, id: string): Promise<Export | null> => {
  const [row] = await sql<Export[]>`
    select id, user_id, store_key, size_bytes::float8 as size_bytes, made_at from exports where id = ${id}`
  return row ?? null
}

/** The name under which the file is written, also by a repeat. */
export const keepExportKey = async (sql: Db, id: string, newKey: string): Promise<string> => {
  const [row] = await sql<{ storeKey: string }[]>`
    update exports set store_key = coalesce(store_key, ${newKey}) where id = ${id} returning store_key`
  return row?.storeKey ?? newKey
}

/** False when the request is gone. */
export const markExportMade = async (sql: Db, id: string, file: { sizeBytes: number; now: Date }): Promise<boolean> => {
  const { count } = await sql`update exports set size_bytes = ${file.sizeBytes}, made_at = ${file.now} where id = ${id}`
  return count > 0
}

export const listDueExports = async (sql: Db, cutoff: Date, limit: number): Promise<{ id: string; storeKey: string | null }[]> =>
  sql`select id, store_key from exports where asked_at <= ${cutoff} limit ${limit}`

export const listExportFiles = async (sql: Db, userId: string): Promise<string[]> => {
  const rows = await sql<
    { storeKey: string }[]
  >`select store_key from exports where user_id = ${userId} and store_key is not null`
  return rows.map((row) => row.storeKey)
}

export const deleteExport = async (sql: Db, id: string): Promise<void> => {
  await sql`delete from exports where id = ${id}`
}
