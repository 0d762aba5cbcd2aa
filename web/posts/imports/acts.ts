import { recordEvent } from '../../../db/notifications/events.ts'
import { enqueue } from '../../../db/notifications/outbox.ts'
import { tx } from '../../../db/postgres/connect.ts'
import {
  type ImportRef,
  type ImportRow,
  lockImport,
  setImporter,
  setImportState,
} from '../../../db/posts/imports/imports.ts'
import {
  discardPostsOfImport,
  lockPostsOfImport,
  lockTargetsOfImport,
  tellWorkflowsOfImport,
} from '../../../db/posts/imports/making.ts'
import { transition } from '../../../db/posts/target-transitions.ts'
import type { WebDeps } from '../../http/env.ts'

/**
 * Lets the workflow make the posts, in the name of the person who asks for it. A repeat does nothing.
 * False if there is nothing to start.
 */
export const startImporting = (
  deps: WebDeps,
  { userId, ...ref }: ImportRef & { userId: string },
): Promise<boolean> =>
  tx(deps.sql, async (t) => {
    const one = await lockImport(t, ref)
    if (!one || one.faulty > 0) return false
    if (one.state !== 'checked') return true
    await setImporter(t, ref, userId)
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
    await tellWorkflowsOfImport(t, { ...ref, total: targets.length })
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
