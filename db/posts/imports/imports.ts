import type { JsonRecord } from '../../../platforms/json.ts'
import type { Db } from '../../postgres/connect.ts'
import type { Draft } from '../posts.ts'

export type ImportRef = { workspaceId: string; importId: string }
export type ImportState = 'checked' | 'importing' | 'done' | 'refused' | 'undone'

/** What is wrong in a cell. `row`: as the spreadsheet numbers it. `column`: empty for the whole row. */
export type CellFault = { row: number; column: string; words: string }

export type ImportRow = {
  id: string
  workspaceId: string
  userId: string
  /** Null if the person has no name any more. */
  userName: string | null
  state: ImportState
  stateAt: Date
  rows: number
  prepared: number
  /** How many rows can't be imported. */
  faulty: number
  faults: CellFault[]
  twice: boolean
  createdAt: Date
}

/** A post of an import before it is made. `dueAt`: ISO 8601. */
export type ImportedPost = Omit<Draft, 'dueAt' | 'slotChoice' | 'repeats'> & {
  dueAt: string | null
  media: { id: string; altText: string }[]
  /** Ids. */
  labels: string[]
}

export const insertImport = async (
  sql: Db,
  one: Pick<ImportRow, 'workspaceId' | 'userId' | 'rows' | 'faulty' | 'faults' | 'twice'>,
): Promise<string> => {
  const [row] = await sql<{ id: string }[]>`
    insert into imports (workspace_id, user_id, state, rows, faulty, faults, twice)
    values (${one.workspaceId}, ${one.userId}, 'checked', ${one.rows}, ${one.faulty}, ${sql.json(one.faults)}, ${one.twice})
    returning id`
  if (!row) throw new Error('the import was not inserted')
  return row.id
}

/** `rows`: with their numbers in the file, and what their accounts would get. */
export const insertImportRows = async (
  sql: Db,
  { workspaceId, importId }: ImportRef,
  rows: { position: number; post: ImportedPost; targets: JsonRecord[] }[],
): Promise<void> => {
  await sql`
    insert into import_rows (import_id, workspace_id, position, post, targets)
    select ${importId}, ${workspaceId}, position, post::jsonb, targets::jsonb
    from unnest(${rows.map((row) => row.position)}::int[], ${rows.map((row) => JSON.stringify(row.post))}::text[],
      ${rows.map((row) => JSON.stringify(row.targets))}::text[]) as r (position, post, targets)`
}

/** The rows are prepared again by the import, with the facts of then. */
export const forgetPrepared = async (
  t: Db,
  { workspaceId, importId }: ImportRef,
): Promise<void> => {
  await t`update import_rows set targets = null where import_id = ${importId} and workspace_id = ${workspaceId}`
}

export const findImport = async (sql: Db, ref: ImportRef): Promise<ImportRow | null> => {
  const [row] = await sql<ImportRow[]>`
    select ${importColumns(sql)} from imports i left join users u on u.id = i.user_id
    where i.workspace_id = ${ref.workspaceId} and i.id = ${ref.importId}`
  return row ?? null
}

/** Locks it until the transaction ends, so that it is started, finished and undone only once. */
export const lockImport = async (t: Db, ref: ImportRef): Promise<ImportRow | null> => {
  const [row] = await t<ImportRow[]>`
    select ${importColumns(t)} from imports i left join users u on u.id = i.user_id
    where i.workspace_id = ${ref.workspaceId} and i.id = ${ref.importId} for no key update of i`
  return row ?? null
}

/**
 * Deletes what a person had checked and didn't confirm, except the newest `most`. To keep the
 * limit, call `lockWorkspace` first.
 */
export const dropChecked = async (
  t: Db,
  { workspaceId, userId }: { workspaceId: string; userId: string },
  most: number,
): Promise<void> => {
  await t`
    delete from imports where state = 'checked' and id in (
      select id from imports where workspace_id = ${workspaceId} and user_id = ${userId} and state = 'checked'
      order by created_at desc, id desc offset ${most})`
}

/** The newest imports of the workspace. */
export const listImports = (sql: Db, workspaceId: string, limit: number): Promise<ImportRow[]> =>
  sql<ImportRow[]>`
    select ${importColumns(sql)} from imports i left join users u on u.id = i.user_id
    where i.workspace_id = ${workspaceId} order by i.id desc limit ${limit}`

/** For the workflow, which knows only the id. Null if it was deleted, with its person for example. */
export const findWorkspaceOfImport = async (sql: Db, importId: string): Promise<string | null> => {
  const [row] = await sql<{ workspaceId: string }[]>`
    select workspace_id from imports where id = ${importId}`
  return row?.workspaceId ?? null
}

/** Imports that began a while ago and aren't finished, for those whose workflow was lost. */
export const listImportsUnderWay = async (sql: Db, limit: number): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    select id from imports where state = 'importing' and state_at < now() - interval '1 minute' order by state_at limit ${limit}`
  return rows.map((row) => row.id)
}

export const setImportState = async (
  t: Db,
  { workspaceId, importId }: ImportRef,
  { state, faults = [] }: { state: ImportState; faults?: CellFault[] },
): Promise<void> => {
  await t`
    update imports set state = ${state}, state_at = now(), faults = ${t.json(faults)}, faulty = ${new Set(faults.map(({ row }) => row)).size}
    where workspace_id = ${workspaceId} and id = ${importId}`
}

/** From now on, the posts are those of this person, who decided to have them made. */
export const setImporter = async (
  t: Db,
  { workspaceId, importId }: ImportRef,
  userId: string,
): Promise<void> => {
  await t`
    update imports set user_id = ${userId} where workspace_id = ${workspaceId} and id = ${importId}`
}

/** What isn't prepared yet, in the order of the file. */
export const listRowsToPrepare = (
  sql: Db,
  ref: ImportRef,
  limit: number,
): Promise<{ position: number; post: ImportedPost }[]> =>
  sql<{ position: number; post: ImportedPost }[]>`
    select position, post from import_rows
    where import_id = ${ref.importId} and workspace_id = ${ref.workspaceId} and targets is null order by position limit ${limit}`

/** The first rows, to look at. */
export const listImportRows = (
  sql: Db,
  ref: ImportRef,
  limit: number,
): Promise<{ position: number; post: ImportedPost }[]> =>
  sql<{ position: number; post: ImportedPost }[]>`
    select position, post from import_rows
    where import_id = ${ref.importId} and workspace_id = ${ref.workspaceId} order by position limit ${limit}`

/** Keeps what the accounts of these rows get. A repeat changes nothing. */
export const setPrepared = async (
  t: Db,
  ref: ImportRef,
  rows: { position: number; targets: JsonRecord[] }[],
): Promise<void> => {
  await t`
    with done as (
      update import_rows r set targets = w.targets::jsonb
      from unnest(${rows.map((row) => row.position)}::int[], ${rows.map((row) => JSON.stringify(row.targets))}::text[]) as w (position, targets)
      where r.import_id = ${ref.importId} and r.workspace_id = ${ref.workspaceId} and r.position = w.position and r.targets is null
      returning r.position)
    update imports set prepared = prepared + (select count(*) from done)
    where id = ${ref.importId} and workspace_id = ${ref.workspaceId}`
}

export const deleteImportRows = async (t: Db, ref: ImportRef): Promise<void> => {
  await t`delete from import_rows where import_id = ${ref.importId} and workspace_id = ${ref.workspaceId}`
}

const importColumns = (sql: Db) => sql`
  i.id, i.workspace_id, i.user_id, u.name as user_name, i.state, i.state_at, i.rows, i.prepared, i.faulty, i.faults, i.twice, i.created_at`
