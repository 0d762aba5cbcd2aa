import type { Db } from '../postgres/connect.ts'

export type Export = {
  id: string
  userId: string
  storeKey: string | null
  sizeBytes: number | null
  madeAt: Date | null
}

/**
 * promise: E1: requests an export of everything. Null if one is already being made. Call it in a
 * transaction.
 */
export const insertExport = async (sql: Db, userId: string, now: Date): Promise<string | null> => {
  await sql`select from users where id = ${userId} for no key update` // parallel requests wait
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

/** The store key of the file. A repeated attempt gets the same one. */
export const keepExportKey = async (sql: Db, id: string, newKey: string): Promise<string> => {
  const [row] = await sql<{ storeKey: string }[]>`
    update exports set store_key = coalesce(store_key, ${newKey}) where id = ${id} returning store_key`
  return row?.storeKey ?? newKey
}

/** False if the request no longer exists. */
export const markExportMade = async (
  sql: Db,
  id: string,
  file: { sizeBytes: number; now: Date },
): Promise<boolean> => {
  const { count } =
    await sql`update exports set size_bytes = ${file.sizeBytes}, made_at = ${file.now} where id = ${id}`
  return count > 0
}

/**
 * Ends the person's exports that were not downloaded yet. Deletes unfinished ones and the links to
 * finished ones; the sweep deletes their files. A new export contains only what the person may
 * still see.
 */
export const withdrawExports = async (sql: Db, userId: string): Promise<void> => {
  await sql`
    with unfinished as (delete from exports where user_id = ${userId} and made_at is null)
    delete from mail_links where user_id = ${userId} and purpose = 'export' and used_at is null`
}

export const listDueExports = async (
  sql: Db,
  cutoff: Date,
  limit: number,
): Promise<{ id: string; storeKey: string | null }[]> =>
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

export type SeenExport = { id: string; storeKey: string | null; madeAt: Date | null }

/**
 * Exports of everyone whose file may contain data of these workspaces: members, and former members
 * who created something there.
 */
export const listExportsAbout = (sql: Db, workspaceIds: string[]): Promise<SeenExport[]> => sql<
  SeenExport[]
>`
  select id, store_key, made_at from exports where user_id in (
    select user_id from memberships where workspace_id = any(${workspaceIds}::uuid[])
    union select created_by from posts where workspace_id = any(${workspaceIds}::uuid[])
    union select uploaded_by from media where workspace_id = any(${workspaceIds}::uuid[])
    union select connected_by from grants where workspace_id = any(${workspaceIds}::uuid[])) order by id`

/** Deletes the export unless it has changed since it was read. False if it has. */
export const deleteExportAsSeen = async (
  sql: Db,
  { id, storeKey, madeAt }: SeenExport,
): Promise<boolean> => {
  const { count } = await sql`
    delete from exports where id = ${id} and store_key is not distinct from ${storeKey} and made_at is not distinct from ${madeAt}`
  return count > 0
}
