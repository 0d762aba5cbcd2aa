import { createHash } from 'node:crypto'
import { recordEvent } from '../../../db/notifications/events.ts'
import { enqueue } from '../../../db/notifications/outbox.ts'
import { tx } from '../../../db/postgres/connect.ts'
import { keepFormKey, takeFormKey } from '../../../db/posts/form-keys.ts'
import {
  type ImportRef,
  type ImportRow,
  insertImport,
  insertImportRows,
  lockImport,
  setImportState,
} from '../../../db/posts/imports/imports.ts'
import {
  discardPostsOfImport,
  lockPostsOfImport,
  lockTargetsOfImport,
  tellWorkflowsOfImport,
} from '../../../db/posts/imports/making.ts'
import { transition } from '../../../db/posts/target-transitions.ts'
import type { WebDeps, Workspace } from '../../http/env.ts'
import { formKeyIn } from '../../http/forms/form-keys.ts'
import { checkRows } from './check.ts'
import { rowsOf } from './columns.ts'
import { readTable } from './table.ts'
import type { ImportUpload } from './upload.ts'

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
  const rows = rowsOf(await readTable(deps, actor.workspace.id, upload.bytes), deps.platforms)
  const checked = await checkRows(deps, actor.workspace, rows)
  const faults = checked.flatMap((row) => row.faults)
  const workspaceId = actor.workspace.id
  const digest = createHash('sha256').update(upload.bytes).digest('base64')
  const key = formKeyIn(upload, 'import', workspaceId, [digest, upload.twice])
  return await tx(deps.sql, async (t) => {
    const made = key && (await takeFormKey(t, key))
    if (made?.isSame) return made.subjectId
    const id = await insertImport(t, {
      workspaceId,
      userId: actor.userId,
      rows: rows.length,
      faulty: new Set(faults.map(({ row }) => row)).size,
      faults: faults.slice(0, faultsKept),
      twice: upload.twice,
    })
    if (faults.length === 0) await insertImportRows(t, { workspaceId, importId: id }, checked)
    if (key) await keepFormKey(t, key, { subjectId: id })
    return id
  })
}

/** Lets the workflow make the posts. A repeat does nothing. False if there is nothing to start. */
export const startImporting = (deps: WebDeps, ref: ImportRef): Promise<boolean> =>
  tx(deps.sql, async (t) => {
    const one = await lockImport(t, ref)
    if (!one || one.faulty > 0) return false
    if (one.state !== 'checked') return true
    await setImportState(t, ref, { state: 'importing' })
    await enqueue(t, 'import', ref.importId)
    return true
  })

/** `out`: something of it was sent, failed or was missed, so nothing was undone. */
export const undoImport = (
  deps: WebDeps,
  ref: ImportRef & { userId: string },
): Promise<'undone' | 'out' | 'gone'> =>
  tx(deps.sql, async (t) => {
    const one: ImportRow | null = await lockImport(t, ref)
    if (!one) return 'gone'
    if (one.state === 'undone') return 'undone'
    if (one.state !== 'done') return 'gone'
    await lockPostsOfImport(t, ref)
    const targets = await lockTargetsOfImport(t, ref)
    if (targets.some((target) => target.isOut)) return 'out'
    await transition(t, 'cancel', {
      where: t`t.workspace_id = ${ref.workspaceId} and t.post_id in (
        select id from posts where workspace_id = ${ref.workspaceId} and import_id = ${ref.importId})`,
    })
    await tellWorkflowsOfImport(t, ref)
    const posts = await discardPostsOfImport(t, ref)
    await setImportState(t, ref, { state: 'undone' })
    await recordEvent(t, {
      name: 'posts.import_undone',
      workspaceId: ref.workspaceId,
      userId: ref.userId,
      subjectId: ref.importId,
      facts: { posts },
    })
    return 'undone'
  })
