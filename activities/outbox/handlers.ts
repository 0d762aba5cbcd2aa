import type { Client } from '@temporalio/client'
import { findDisconnection } from '../../db/channels/disconnecting.ts'
import { listGone } from '../../db/notifications/outbox.ts'
import { listSearchable } from '../../db/posts/targets.ts'
import { deleteHistories } from '../../temporal/histories.ts'
import {
  notifyGrant,
  notifyReport,
  notifyReview,
  notifyTarget,
  notifyWebhook,
  type StartAttributes,
  startDisconnecting,
  startErasure,
  startExport,
  startImport,
  startRendering,
} from '../../temporal/start.ts'
import {
  grantWorkflowId,
  reviewWorkflowId,
  targetWorkflowId,
  taskQueue,
} from '../../workflows/names.ts'
import { sendAccountMail } from '../mail/account.ts'
import { type DeletionMailDeps, sendDeletionMails } from '../mail/deletion.ts'
import { type LinkMailDeps, sendMailLink } from '../mail/link.ts'
import { type NoticeMailDeps, sendNotices } from '../mail/notifications.ts'
import { sendPasswordReset } from '../mail/password.ts'
import { askReportReader, sendReportMails } from '../mail/reports.ts'
import { sendEach } from '../mail/send.ts'
import type { OutboxHandlers } from './relay.ts'

/** `isSearchable`: whether the cluster knows our search attributes. */
type HandlerDeps = LinkMailDeps &
  NoticeMailDeps &
  DeletionMailDeps & { client: Client; isSearchable: () => boolean; backgroundQueue?: string }

/** How each kind of outbox row is handled: start or signal a workflow, or send an email. */
export const createOutboxHandlers = (deps: HandlerDeps): Partial<OutboxHandlers> => ({
  target: async (ids) => {
    const attributes = await attributesOf(deps, ids)
    await Promise.all(ids.map((id) => notifyTarget(deps.client, id, taskQueue, attributes.get(id))))
    await forgetGone(deps, 'targets', ids, targetWorkflowId)
  },
  review: async (ids) => {
    await Promise.all(ids.map((id) => notifyReview(deps.client, id)))
    await forgetGone(deps, 'posts', ids, reviewWorkflowId)
  },
  webhook: async (ids) =>
    void (await Promise.all([...new Set(ids)].map((id) => notifyWebhook(deps.client, id)))),
  report: async (ids) =>
    void (await Promise.all(
      [...new Set(ids)].map((id) => notifyReport(deps.client, id, deps.backgroundQueue)),
    )),
  'report-mail': (ids) => sendReportMails(deps, ids),
  'report-reader': (ids) => sendEach(ids, (id) => askReportReader(deps, id)),
  grant: async (ids) => {
    await Promise.all(ids.map((id) => notifyGrant(deps.client, id)))
    await forgetGone(deps, 'grants', ids, grantWorkflowId)
  },
  disconnect: async (ids) =>
    void (await Promise.all(
      ids.map(async (id) => startDisconnecting(deps.client, id, await ofDisconnection(deps, id))),
    )),
  notice: (ids) => sendNotices(deps, ids),
  deletion: async (ids) =>
    void (await Promise.all(
      ids.map((id) =>
        startErasure(deps.client, id, ofState(deps, 'erasing'), deps.backgroundQueue),
      ),
    )),
  export: async (ids) =>
    void (await Promise.all(
      ids.map((id) =>
        startExport(deps.client, id, ofState(deps, 'exporting'), deps.backgroundQueue),
      ),
    )),
  import: async (ids) =>
    void (await Promise.all(
      ids.map((id) =>
        startImport(deps.client, id, ofState(deps, 'importing'), deps.backgroundQueue),
      ),
    )),
  media: async (ids) =>
    void (await Promise.all(
      ids.map((id) =>
        startRendering(deps.client, id, ofState(deps, 'converting'), deps.backgroundQueue),
      ),
    )),
  'password-reset': async (ids) => {
    for (const id of ids) await sendPasswordReset(deps, id)
  },
  'account-mail': async (ids) => {
    for (const id of ids) await sendAccountMail(deps, id)
  },
  'deletion-mail': (ids) => sendDeletionMails(deps, ids),
  'mail-link': async (ids) => {
    for (const id of ids) await sendMailLink(deps, id)
  },
})

/**
 * promise: E3: if rows were deleted while their workflows were being started, deletes the
 * histories. The deletion itself has looked for them before.
 */
const forgetGone = async (
  deps: HandlerDeps,
  table: 'targets' | 'posts' | 'grants',
  ids: string[],
  workflowIdOf: (id: string) => string,
) => {
  const gone = await listGone(deps.sql, table, ids)
  await deleteHistories(deps, gone.map(workflowIdOf))
}

/** A workflow that starts with its attributes needn't set them, which would be another write. */
const attributesOf = async (
  deps: HandlerDeps,
  ids: string[],
): Promise<Map<string, StartAttributes>> => {
  const targets = deps.isSearchable() ? await listSearchable(deps.sql, ids) : []
  return new Map(targets.map(({ id, ...attributes }) => [id, attributes]))
}

/** A person may be in several workspaces, so the only attribute is the state. */
const ofState = (deps: HandlerDeps, state: string): StartAttributes | undefined =>
  deps.isSearchable() ? { state } : undefined

const ofDisconnection = async (
  deps: HandlerDeps,
  channelId: string,
): Promise<StartAttributes | undefined> => {
  if (!deps.isSearchable()) return undefined
  const row = await findDisconnection(deps.sql, channelId)
  const state = 'disconnecting'
  return row
    ? { workspace: row.workspaceId, channel: channelId, platform: row.platform, state }
    : { state }
}
