import { Context } from '@temporalio/activity'
import { type Db, type Sql, tx } from '../db/connect.ts'
import { countOnStep, endStep, findOpenRequest, finishRequest, type OpenRequest } from '../db/deletion-requests.ts'
import { endRevocation as endDisconnection, openRevocation } from '../db/disconnections.ts'
import {
  cancelTargetsOf,
  deleteDoomedWorkspaces,
  deletePerson,
  deletePlatformData,
  deletePosts,
  doomWorkspaces,
  endGrant,
  type GrantToEnd,
  listConnectionTraces,
  listDoomedPosts,
  listGrantsToEnd,
  listPendingDisconnections,
  listPlatformTraces,
  lockOut,
  purgeMediaOf,
} from '../db/erasure.ts'
import { listExportFiles } from '../db/exports.ts'
import { openGrant } from '../db/grants.ts'
import { enqueue } from '../db/outbox.ts'
import { markFilesRemoved } from '../db/retention.ts'
import { insertRevocation, listIssuersToRevoke } from '../db/revocations.ts'
import type { Vault } from '../db/vault.ts'
import { disconnectWorkflowId, exportWorkflowId, grantWorkflowId, type RequestRef, targetWorkflowId } from '../workflows/names.ts'
import { deleteHistories, type HistoryDeps } from './histories.ts'
import type { MediaStore } from './media-store.ts'

export type ErasingDeps = HistoryDeps & { sql: Sql; vault: Vault; mediaStore: MediaStore; now: () => number }
export type ErasingActivities = ReturnType<typeof createErasingActivities>

const batch = 100

/**
 * promise: E3, E5: the steps of an erasure. Each may be repeated at any time, does what is left to do, and writes down what it did
 * for the public page. The only code that deletes people's data beside activities/retention.ts.
 */
export const createErasingActivities = (deps: ErasingDeps) => ({
  /** Nothing more goes out, nobody signs in, and it is decided which workspaces go too. */
  stopPosts: (ref: RequestRef) =>
    forRequest(deps, ref, async (request, now) => {
      await tx(deps.sql, async (t) => {
        if (request.userId) {
          await doomWorkspaces(t, request.id, request.userId)
          await lockOut(t, request.userId, now)
        }
        const targetIds = await cancelTargetsOf(t, request, now)
        for (const id of targetIds) await enqueue(t, 'target', id)
        await endStep(t, request.id, 'posts', { amount: targetIds.length, now })
      })
    }),

  /** The tokens leave the product at once, whether or not the platform answers; what is set aside can only be revoked. */
  takeTokens: async (ref: RequestRef): Promise<string[]> => {
    await forRequest(deps, ref, async (request, now) => {
      // Before, since afterwards nothing says whose these were, for a repeat of the step; and after, for what was told meanwhile.
      const { grantIds, channelIds } = await listConnectionTraces(deps.sql, request)
      const histories = [...grantIds.map(grantWorkflowId), ...channelIds.map(disconnectWorkflowId)]
      await deleteHistories(deps, histories)
      await tx(deps.sql, async (t) => {
        await setPendingAside(t, deps.vault, request, now)
        const grants = await listGrantsToEnd(t, request)
        for (const grant of grants) await setAside(t, deps.vault, request, grant, now)
        await endStep(t, request.id, 'tokens', { amount: grants.length, now })
      })
      await deleteHistories(deps, histories)
    })
    return await listIssuersToRevoke(deps.sql, ref.requestId)
  },

  /** Addresses say "gone" before the bytes leave the store. */
  removeMedia: (ref: RequestRef) =>
    forRequest(deps, ref, async (request, now) => {
      for (let left = true; left; ) {
        const files = await purgeMediaOf(deps.sql, request, batch, now)
        for (const key of files.flatMap((file) => file.keys)) await deps.mediaStore.remove(key)
        await tx(deps.sql, async (t) => {
          await markFilesRemoved(
            t,
            files.map((file) => file.id),
            now,
          )
          await countOnStep(t, request.id, 'media', files.length)
        })
        Context.current().heartbeat()
        left = files.length === batch
      }
      if (request.userId) for (const key of await listExportFiles(deps.sql, request.userId)) await deps.mediaStore.remove(key)
      await endStep(deps.sql, request.id, 'media', { now })
    }),

  /** Posts, numbers, accounts at platforms, workspaces that go; and the workflow histories that name them. */
  removeContent: (ref: RequestRef) =>
    forRequest(deps, ref, async (request, now) => {
      if (!request.userId) return await removePlatformData(deps, request, now)
      for (let left = true; left; ) {
        const posts = await listDoomedPosts(deps.sql, request, batch)
        const histories = posts.flatMap((post) => post.targetIds).map((id) => targetWorkflowId(id))
        await deleteHistories(deps, histories)
        await tx(deps.sql, async (t) => {
          await deletePosts(
            t,
            posts.map((post) => post.id),
          )
          await countOnStep(t, request.id, 'content', posts.length)
        })
        // Once more: somebody may have been telling one of them while its row was still there.
        await deleteHistories(deps, histories)
        Context.current().heartbeat()
        left = posts.length === batch
      }
      await tx(deps.sql, async (t) => {
        await deleteDoomedWorkspaces(t, request)
        await endStep(t, request.id, 'content', { now })
      })
    }),

  /** Last, so that everything before could still find what was the person's. Afterwards the request itself names nobody. */
  removeAccount: (ref: RequestRef) =>
    forRequest(deps, ref, async (request, now) => {
      const { userId } = request
      if (userId) {
        const exports = await deps.sql<{ id: string }[]>`select id from exports where user_id = ${userId}`
        await deleteHistories(
          deps,
          exports.map(({ id }) => exportWorkflowId(id)),
        )
      }
      await tx(deps.sql, async (t) => {
        if (userId) await deletePerson(t, userId)
        await endStep(t, request.id, 'account', { now })
        await finishRequest(t, request.id, now)
      })
    }),
})

const setAside = async (t: Db, vault: Vault, request: OpenRequest, { id, workspaceId }: GrantToEnd, now: Date): Promise<void> => {
  const grant = await openGrant(t, vault, workspaceId, id)
  if (grant) {
    const { issuer, issuerUserId, accessToken, refreshToken } = grant
    const tokens = { accessToken, refreshToken, expiresAtMs: grant.expiresAt?.getTime() ?? null }
    await insertRevocation(t, vault, { requestId: request.id, issuer, issuerUserId, tokens, now })
  }
  // A platform's own account is still needed as the key to what it gave us; those rows go with the content.
  if (request.userId) return await endGrant(t, id, now)
  await t`update grants set state = 'ended', access_token_sealed = null, refresh_token_sealed = null, ended_at = ${now} where id = ${id}`
  await t`update channels set state = 'disconnected', token_sealed = null, disconnected_at = ${now} where grant_id = ${id}`
}

/** Accounts that were disconnected before, and whose platform has not answered yet: from now on this request asks it. */
const setPendingAside = async (t: Db, vault: Vault, request: OpenRequest, now: Date): Promise<void> => {
  for (const { channelId, issuer, issuerUserId, expiresAt } of await listPendingDisconnections(t, request)) {
    const pair = await openRevocation(t, vault, channelId)
    if (!pair) continue
    const tokens = { ...pair, expiresAtMs: expiresAt?.getTime() ?? null }
    await insertRevocation(t, vault, { requestId: request.id, issuer, issuerUserId, tokens, now })
    await endDisconnection(t, channelId, 'kept', now)
  }
}

const removePlatformData = async (deps: ErasingDeps, request: OpenRequest, now: Date): Promise<void> => {
  const traces = await listPlatformTraces(deps.sql, request)
  const histories = traces.targetIds.map((id) => targetWorkflowId(id))
  await deleteHistories(deps, histories)
  await tx(deps.sql, async (t) => {
    await deletePlatformData(t, traces.grantIds)
    await endStep(t, request.id, 'content', { amount: traces.targetIds.length, now })
  })
  await deleteHistories(deps, histories)
}

/** A step of a request that is over has nothing left to do. */
const forRequest = async (
  deps: ErasingDeps,
  { requestId }: RequestRef,
  work: (request: OpenRequest, now: Date) => Promise<void>,
): Promise<void> => {
  const request = await findOpenRequest(deps.sql, requestId)
  if (request) await work(request, new Date(deps.now()))
}
