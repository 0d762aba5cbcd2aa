import { Context } from '@temporalio/activity'
import { findImport, findWorkspaceOfImport } from '../../db/posts/imports/imports.ts'
import { finishImport, refuseImport } from '../../posting/imports/finishing.ts'
import { type ImportDeps, prepareSome } from '../../posting/imports/preparing.ts'
import type { ImportStart } from '../../workflows/names.ts'

export type ImportActivities = ReturnType<typeof createImportActivities>

export const createImportActivities = (deps: ImportDeps) => ({
  /** Judges the rows in batches. May be killed and run again: prepared rows stay prepared. */
  prepareImport: async ({ importId }: ImportStart): Promise<void> => {
    const workspaceId = await findWorkspaceOfImport(deps.sql, importId)
    if (!workspaceId) return
    const ref = { workspaceId, importId }
    for (let done = false; !done; ) {
      if ((await findImport(deps.sql, ref))?.state !== 'importing') return
      const some = await prepareSome(deps, ref)
      if (some.faults.length > 0) return refuseImport(deps, ref, some.faults)
      done = some.done
      Context.current().heartbeat()
    }
  },

  /** Makes all posts, or none. May run again or twice at once. */
  makeImportedPosts: async ({ importId }: ImportStart): Promise<void> => {
    const workspaceId = await findWorkspaceOfImport(deps.sql, importId)
    if (workspaceId) await finishImport(deps, { workspaceId, importId })
  },
})
