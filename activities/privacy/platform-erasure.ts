import { recordEvent } from '../../db/notifications/events.ts'
import { notify } from '../../db/notifications/notifications.ts'
import { type Sql, tx } from '../../db/postgres/connect.ts'
import { countDeleted, countKept } from '../../db/privacy/deletion-items.ts'
import {
  deleteNoticesAbout,
  eraseChannels,
  eraseTargets,
  freePosts,
  listPlatformData,
  lockPlatformData,
  type PlatformData,
} from '../../db/privacy/platform-erasure.ts'
import { deleteHistories, type HistoryDeps } from '../../temporal/histories.ts'
import { grantWorkflowId, targetWorkflowId } from '../../workflows/names.ts'
import { type DroppingDeps, dropExports } from './dropping-exports.ts'

export type PlatformErasureDeps = HistoryDeps & DroppingDeps & { sql: Sql; now: () => number }

/**
 * `asked`: the person sent a deletion request at the platform. `removed`: CrateSocial was removed
 * there, and the term is over.
 */
type Cause = { why: 'asked'; requestId: string } | { why: 'removed' }

// promise: E5
/**
 * Deletes what a platform gave us through these grants, one workspace at a time, and notifies the
 * members. Can be repeated.
 */
export const erasePlatformData = async (
  deps: PlatformErasureDeps,
  grantIds: string[],
  cause: Cause,
): Promise<void> => {
  for (const data of await listPlatformData(deps.sql, grantIds, new Date(deps.now()))) {
    const histories = [
      ...data.grantIds.map(grantWorkflowId),
      ...data.targetIds.map((id) => targetWorkflowId(id)),
    ]
    await deleteHistories(deps, histories)
    const exports = await dropExports(deps, [data.workspaceId])
    await tx(deps.sql, async (t) => {
      await lockPlatformData(t, data)
      await eraseOne(t, data, cause, exports)
    })
    await deleteHistories(deps, histories) // what was started in the meantime
    await dropExports(deps, [data.workspaceId])
  }
}

type Transaction = Parameters<Parameters<typeof tx>[1]>[0]

const eraseOne = async (
  t: Transaction,
  data: PlatformData,
  cause: Cause,
  exports: number,
): Promise<void> => {
  const { workspaceId, issuer } = data
  const notifications = await deleteNoticesAbout(t, data)
  const results = await eraseTargets(t, data)
  await freePosts(t, data)
  const accounts = await eraseChannels(t, data)
  if (cause.why === 'asked') {
    const { requestId } = cause
    await countDeleted(t, requestId, 'logins', data.grantIds.length)
    await countDeleted(t, requestId, 'accounts', accounts)
    await countDeleted(t, requestId, 'results', data.targetIds.length)
    await countDeleted(t, requestId, 'notifications', notifications)
    await countDeleted(t, requestId, 'exports', exports)
    await countKept(t, requestId, 'posts', data.postIds.length)
    await countKept(t, requestId, 'files', data.files)
    await countKept(t, requestId, 'published', data.published)
  }
  const facts = { issuer, why: cause.why, accounts, posts: results, canceled: data.canceled }
  const event = await recordEvent(t, {
    name: 'grant.erased',
    workspaceId,
    userId: null,
    subjectId: null,
    facts,
  })
  await notify(t, { workspaceId, kind: 'erased', cause: `erased:${event}`, facts, to: 'members' })
}
