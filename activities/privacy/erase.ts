import { lockAuthorization } from '../../db/channels/authorization-use.ts'
import { openGrant } from '../../db/channels/grants.ts'
import { followRevocations, insertRevocation } from '../../db/channels/revocations.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { notify } from '../../db/notifications/notifications.ts'
import { enqueue } from '../../db/notifications/outbox.ts'
import { type Db, type Sql, tx } from '../../db/postgres/connect.ts'
import type { Moved } from '../../db/posts/target-transitions.ts'
import { countDeleted } from '../../db/privacy/deletion-items.ts'
import { insertWorkspaceMails } from '../../db/privacy/deletion-mails.ts'
import {
  findOpenRequest,
  finishRequest,
  type OpenRequest,
} from '../../db/privacy/deletion-requests.ts'
import { endStep } from '../../db/privacy/deletion-steps.ts'
import {
  cancelTargetsOf,
  deleteDoomedWorkspaces,
  deletePerson,
  doomWorkspaces,
  endGrantToErase,
  type GrantToEnd,
  listConnectionTraces,
  listGrantsToEnd,
  listWorkspacesOf,
  lockOut,
  lockPerson,
} from '../../db/privacy/erasure.ts'
import {
  cancelTargetsLosingFiles,
  dropAltTexts,
  dropFileAltTexts,
  dropFileNames,
  type LeftBehind,
  listLeftBehind,
} from '../../db/privacy/erasure-files.ts'
import {
  listTablesOfPerson,
  tallyConnections,
  tallyDoomedWorkspaces,
  tallyKept,
  tallyPerson,
} from '../../db/privacy/erasure-tally.ts'
import type { Vault } from '../../db/vault/vault.ts'
import type { MediaStore } from '../../media/store.ts'
import { deleteHistories, type HistoryDeps } from '../../temporal/histories.ts'
import {
  disconnectWorkflowId,
  exportWorkflowId,
  grantWorkflowId,
  type RequestRef,
} from '../../workflows/names.ts'
import { dropExports } from './dropping-exports.ts'
import { eraseFiles } from './erase-files.ts'
import { erasePosts } from './erase-posts.ts'
import { copyErasedIds } from './erased-ids.ts'
import { erasePlatformData } from './platform-erasure.ts'

export type ErasingDeps = HistoryDeps & {
  sql: Sql
  vault: Vault
  mediaStore: MediaStore
  now: () => number
}
export type ErasingActivities = ReturnType<typeof createErasingActivities>

/**
 * promise: E3, E5: the steps of a deletion. Each can be repeated at any time, does what is left to
 * do, and records the result for the public status page. Only this code and
 * activities/privacy/retention.ts delete people's data.
 */
export const createErasingActivities = (deps: ErasingDeps) => ({
  /** Cancels unsent posts, locks the person out, and decides which workspaces are deleted too. */
  stopPosts: (ref: RequestRef) =>
    forRequest(deps, ref, async (request, now) => {
      await tx(deps.sql, async (t) => {
        if (request.userId) {
          const workspaceIds = await doomWorkspaces(t, request.id, request.userId)
          await insertWorkspaceMails(t, deps.vault, {
            requestId: request.id,
            leaverId: request.userId,
            workspaceIds,
          })
          await tallyPerson(t, request.id, request.userId, tablesOfAccess)
          await lockOut(t, request.userId, now)
        }
        const leftBehind = request.about === 'person' ? await listLeftBehind(t, request) : []
        const canceled = await cancelTargetsOf(t, request)
        if (request.about === 'person')
          canceled.push(...(await cancelTargetsLosingFiles(t, request)))
        for (const { id } of canceled) await enqueue(t, 'target', id)
        await tellWorkspaces(t, request.id, leftBehind, canceled)
        await endStep(t, request.id, 'posts', { amount: canceled.length, now })
      })
    }),

  /**
   * Puts the tokens out of use at once, even if the platform doesn't answer. Copies that are set
   * aside can only be used to revoke.
   */
  takeTokens: (ref: RequestRef) =>
    forRequest(deps, ref, async (request, now) => {
      // Histories are deleted before, because a repeat of the step no longer knows whose they were,
      // and again after, for workflows that were started in the meantime.
      const { grantIds, channelIds } = await listConnectionTraces(deps.sql, request)
      const histories = [...grantIds.map(grantWorkflowId), ...channelIds.map(disconnectWorkflowId)]
      await deleteHistories(deps, histories)
      await tx(deps.sql, async (t) => {
        const grants = await listGrantsToEnd(t, request)
        for (const { issuer, issuerUserId } of grants)
          await lockAuthorization(t, { issuer, issuerUserId })
        const named = grants.filter((grant) => grant.isNamed).map(({ id }) => id)
        const tokens = grants.filter((grant) => grant.hasTokens).length
        await countDeleted(
          t,
          request.id,
          'tokens',
          tokens + (await followRevocations(t, request.id, named)),
        )
        if (request.about === 'person') {
          await countDeleted(t, request.id, 'logins', named.length)
          await tallyConnections(t, request.id, named)
        }
        for (const grant of grants) await setAside(t, deps.vault, request, grant, now)
        await endStep(t, request.id, 'tokens', { amount: tokens, now })
      })
      await deleteHistories(deps, histories)
    }),

  /** Makes public URLs stop working before the files are deleted from the store. */
  removeMedia: (ref: RequestRef) =>
    forRequest(deps, ref, async (request, now) => {
      await eraseFiles(deps, request, now)
      await endStep(deps.sql, request.id, 'media', { now })
    }),

  /**
   * Deletes posts, analytics, connected accounts, doomed workspaces, and the workflow histories
   * about them.
   */
  removeContent: (ref: RequestRef) =>
    forRequest(deps, ref, async (request, now) => {
      if (request.about === 'issuer') return await removePlatformData(deps, request, now)
      await erasePosts(deps, request)
      await tx(deps.sql, async (t) => {
        await tallyDoomedWorkspaces(t, request)
        await deleteDoomedWorkspaces(t, request)
        await endStep(t, request.id, 'content', { now })
      })
    }),

  /**
   * Deletes the person. Comes after the steps that have to know what belonged to them; doesn't wait
   * for platforms.
   */
  removeAccount: (ref: RequestRef) =>
    forRequest(deps, ref, async (request, now) => {
      const { userId } = request
      if (!userId) return
      const exports = await deps.sql<
        { id: string }[]
      >`select id from exports where user_id = ${userId}`
      await deleteHistories(
        deps,
        exports.map(({ id }) => exportWorkflowId(id)),
      )
      const workspaceIds = await listWorkspacesOf(deps.sql, request)
      await tx(deps.sql, async (t) => {
        await lockPerson(t, userId)
        const { texts, targetIds } = await dropAltTexts(t, userId)
        for (const id of targetIds) await enqueue(t, 'target', id)
        const ofFiles = await dropFileAltTexts(t, userId)
        const names = await dropFileNames(t, userId)
        await countDeleted(t, request.id, 'names', texts + ofFiles + names)
        await tallyKept(t, request.id, userId)
        await tallyPerson(t, request.id, userId, await listTablesOfPerson(t))
        const others = await deletePerson(t, userId)
        await countDeleted(t, request.id, 'account', 1)
        await countDeleted(t, request.id, 'notifications', others.events)
        await countDeleted(t, request.id, 'memberships', others.invitations)
        await endStep(t, request.id, 'account', { now })
      })
      await copyErasedIds(deps)
      // Exports that other members have requested since; they may still name the person.
      await countDeleted(deps.sql, request.id, 'exports', await dropExports(deps, workspaceIds))
    }),

  /** Finishes the request. After that, it no longer identifies anyone. */
  finishErasure: (ref: RequestRef) =>
    forRequest(deps, ref, (request, now) => tx(deps.sql, (t) => finishRequest(t, request.id, now))),
})

const setAside = async (
  t: Db,
  vault: Vault,
  request: OpenRequest,
  { id, workspaceId }: GrantToEnd,
  now: Date,
): Promise<void> => {
  const grant = await openGrant(t, vault, workspaceId, id)
  if (grant) {
    const { issuer, issuerUserId } = grant
    await insertRevocation(
      t,
      vault,
      { issuer, issuerUserId, workspaceId, grantId: id, requestId: request.id, at: now },
      grant,
    )
  }
  await endGrantToErase(t, request, id, now)
}

/** Deleted when the deletion begins; the rest of the account is deleted with its row. */
const tablesOfAccess = ['sessions', 'password_resets', 'mail_links', 'connections_under_way']

/** Notifies the admins of each remaining workspace once: what stopped working there, and why. */
const tellWorkspaces = async (
  t: Db,
  requestId: string,
  leftBehind: LeftBehind[],
  canceled: Moved[],
): Promise<void> => {
  for (const { workspaceId, accounts, files } of leftBehind) {
    const facts = {
      accounts,
      files,
      canceled: canceled.filter((target) => target.workspaceId === workspaceId).length,
    }
    if (accounts === 0 && facts.canceled === 0) continue
    await recordEvent(t, {
      name: 'member.erased',
      workspaceId,
      userId: null,
      subjectId: null,
      facts,
    })
    await notify(t, {
      workspaceId,
      kind: 'left',
      cause: `left:${requestId}:${workspaceId}`,
      facts,
      to: 'admins',
    })
  }
}

const removePlatformData = async (
  deps: ErasingDeps,
  request: OpenRequest,
  now: Date,
): Promise<void> => {
  const grantIds = (await listGrantsToEnd(deps.sql, request)).map(({ id }) => id)
  await erasePlatformData(deps, grantIds, { why: 'asked', requestId: request.id })
  await copyErasedIds(deps)
  await endStep(deps.sql, request.id, 'content', { now })
}

/** Does nothing if the request is finished. */
const forRequest = async (
  deps: ErasingDeps,
  { requestId }: RequestRef,
  work: (request: OpenRequest, now: Date) => Promise<void>,
): Promise<void> => {
  const request = await findOpenRequest(deps.sql, requestId)
  if (request) await work(request, new Date(deps.now()))
}
