import { createHash } from 'node:crypto'
import type { TransactionSql } from 'postgres'
import { tx } from '../../../db/postgres/connect.ts'
import { lockWorkspace } from '../../../db/postgres/workspace-lock.ts'
import { keepFormKey, takeFormKey } from '../../../db/posts/form-keys.ts'
import { listEqualRows } from '../../../db/posts/imports/equal-rows.ts'
import {
  type CellFault,
  deleteImportRows,
  dropChecked,
  findImport,
  forgetPrepared,
  type ImportRef,
  insertImport,
  insertImportRows,
  setImportState,
} from '../../../db/posts/imports/imports.ts'
import { postedTwice } from '../../../posting/imports/preparing.ts'
import type { WebDeps, Workspace } from '../../http/env.ts'
import { formKeyIn } from '../../http/forms/form-keys.ts'
import { type CheckedRow, checkRows } from './check.ts'
import { headerRow, rowsOf, unknownColumns } from './columns.ts'
import { shownName } from './names.ts'
import { readTable } from './table.ts'
import type { ImportUpload } from './upload.ts'

/**
 * Checked imports of a person in a workspace that wait to be confirmed. The oldest makes way for a
 * new one: its file can be checked again.
 */
export const checkedImportsMax = 5
/** Problems that are kept and shown. */
const faultsKept = 200

/**
 * Checks a file and keeps the result: what is wrong, or else its rows until they are imported. The
 * file itself isn't kept. Returns the id of the import. Throws NoTable.
 */
export const checkFile = async (
  deps: WebDeps,
  actor: { workspace: Workspace; userId: string },
  upload: ImportUpload,
): Promise<string> => {
  const workspaceId = actor.workspace.id
  const table = await readTable(deps, workspaceId, upload.bytes)
  const rows = rowsOf(table, deps.platforms)
  const checked = await checkRows(deps, actor.workspace, rows)
  const faults = checked.flatMap((row) => row.faults)
  const unknown = unknownColumns(table, deps.platforms).map(leftOut)
  const digest = createHash('sha256').update(upload.bytes).digest('base64')
  const key = formKeyIn(upload, 'import', workspaceId, [digest, upload.twice])
  return await tx(deps.sql, async (t) => {
    const made = key && (await takeFormKey(t, key))
    const before = made?.isSame ? { workspaceId, importId: made.subjectId } : null
    if (before && (await findImport(t, before))) return before.importId
    const importId = await insertImport(t, {
      workspaceId,
      userId: actor.userId,
      rows: rows.length,
      faulty: new Set(faults.map(({ row }) => row)).size,
      faults: [...unknown, ...faults].slice(0, faultsKept),
      twice: upload.twice,
    })
    if (faults.length === 0) await keepRows(t, { workspaceId, importId }, checked, upload.twice)
    if (key) await keepFormKey(t, key, { subjectId: importId })
    await lockWorkspace(t, workspaceId)
    await dropChecked(t, { workspaceId, userId: actor.userId }, checkedImportsMax)
    return importId
  })
}

/** Not a fault: it is named in the header's row, which is no post. */
const leftOut = (column: string): CellFault => ({
  row: headerRow,
  column: shownName(column),
  words: 'This column is not known and is left out.',
})

/** Keeps the rows for the import, unless the same content would go out twice. */
const keepRows = async (
  t: TransactionSql,
  ref: ImportRef,
  checked: CheckedRow[],
  isTwiceAllowed: boolean,
): Promise<void> => {
  await insertImportRows(t, ref, checked)
  const equal = isTwiceAllowed ? [] : await listEqualRows(t, ref, faultsKept)
  if (equal.length === 0) return await forgetPrepared(t, ref)
  await deleteImportRows(t, ref)
  const faults = equal.map((row) => ({ row, ...postedTwice }))
  await setImportState(t, ref, { state: 'checked', faults })
}
