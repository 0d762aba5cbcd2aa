import { Context } from '@temporalio/activity'
import { type Db, tx } from '../../db/postgres/connect.ts'
import { countDeleted } from '../../db/privacy/deletion-items.ts'
import type { OpenRequest } from '../../db/privacy/deletion-requests.ts'
import { countOnStep } from '../../db/privacy/deletion-steps.ts'
import { markFilesRemoved } from '../../db/privacy/due-files.ts'
import { listWorkspacesOf, purgeMediaOf } from '../../db/privacy/erasure.ts'
import { forgetOwnFiles, type OwnFile, purgeOwnFiles } from '../../db/privacy/erasure-files.ts'
import { listExportFiles } from '../../db/privacy/exports.ts'
import { deleteHistories, type HistoryDeps } from '../../temporal/histories.ts'
import { mediaWorkflowId } from '../../workflows/names.ts'
import { type DroppingDeps, dropExports } from './dropping-exports.ts'

type FileDeps = HistoryDeps & DroppingDeps & { now: () => number }

const batch = 100

/** Deletes the files of doomed workspaces, and the person's own files and exports. */
export const eraseFiles = async (
  deps: FileDeps,
  request: OpenRequest,
  now: Date,
): Promise<void> => {
  await removeFiles(
    deps,
    request,
    () => purgeMediaOf(deps.sql, request, batch, now),
    async () => undefined,
  )
  if (request.userId) {
    const forget = (t: Db, ids: string[]) => forgetOwnFiles(t, ids, now)
    await removeFiles(deps, request, () => purgeOwnFiles(deps.sql, request, batch, now), forget)
    const exports = await dropExports(deps, await listWorkspacesOf(deps.sql, request))
    await countDeleted(deps.sql, request.id, 'exports', exports)
    for (const key of await listExportFiles(deps.sql, request.userId))
      await deps.mediaStore.remove(key)
  }
}

const removeFiles = async (
  deps: FileDeps,
  request: OpenRequest,
  purge: () => Promise<OwnFile[]>,
  forget: (t: Db, ids: string[]) => Promise<void>,
): Promise<void> => {
  for (let left = true; left; ) {
    const files = await purge()
    for (const key of files.flatMap((file) => file.keys)) await deps.mediaStore.remove(key)
    const ids = files.map((file) => file.id)
    await deleteHistories(
      deps,
      files.filter((file) => file.isConverted).map(({ id }) => mediaWorkflowId(id)),
    )
    await tx(deps.sql, async (t) => {
      await forget(t, ids)
      await markFilesRemoved(t, ids, new Date(deps.now()))
      await countOnStep(t, request.id, 'media', files.length)
      await countDeleted(t, request.id, 'files', files.length)
    })
    Context.current().heartbeat()
    left = files.length === batch
  }
}
