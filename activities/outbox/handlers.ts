import type { Client } from '@temporalio/client'
import { findDisconnection } from '../db/disconnections.ts'
import { listGone } from '../db/outbox.ts'
import { grantWorkflowId, targetWorkflowId } from '../workflows/names.ts'
import { type StartAttributes, tellDeletion, tellDisconnect, tellExport, tellGrant, tellTarget } from '../workflows/start.ts'
import { deleteHistories } from './histories.ts'
import { type LinkMailDeps, sendMailLink } from './link-mail.ts'
import { type NoticeMailDeps, sendNotices } from './notice-mail.ts'
import { sendPasswordReset } from './password-mail.ts'
import type { Tellers } from './relay.ts'

/** `isSearchable`: the cluster knows our search attributes. */
type TellingDeps = LinkMailDeps & NoticeMailDeps & { client: Client; isSearchable: () => boolean }

/** Who tells what the outbox holds: workflows by the client, people by mail. */
export const createTellers = (deps: TellingDeps): Partial<Tellers> => ({
  target: async (ids) => {
    await Promise.all(ids.map((id) => tellTarget(deps.client, id)))
    await forgetGone(deps, 'targets', ids, targetWorkflowId)
  },
  grant: async (ids) => {
    await Promise.all(ids.map((id) => tellGrant(deps.client, id)))
    await forgetGone(deps, 'grants', ids, grantWorkflowId)
  },
  disconnect: async (ids) =>
    void (await Promise.all(ids.map(async (id) => tellDisconnect(deps.client, id, await ofDisconnection(deps, id))))),
  notice: (ids) => sendNotices(deps, ids),
  deletion: async (ids) => void (await Promise.all(ids.map((id) => tellDeletion(deps.client, id, ofState(deps, 'erasing'))))),
  export: async (ids) => void (await Promise.all(ids.map((id) => tellExport(deps.client, id, ofState(deps, 'exporting'))))),
  'password-reset': async (ids) => {
    for (const id of ids) await sendPasswordReset(deps, id)
  },
  'mail-link': async (ids) => {
    for (const id of ids) await sendMailLink(deps, id)
  },
})

/** promise: E3: what was erased while it was being told leaves no history: who erases has looked before, so this looks after. */
const forgetGone = async (
  deps: TellingDeps,
  table: 'targets' | 'grants',
  ids: string[],
  workflowIdOf: (id: string) => string,
) => {
  const gone = await listGone(deps.sql, table, ids)
  await deleteHistories(deps, gone.map(workflowIdOf))
}

/** A person may be in many workspaces: nothing but what is being done. */
const ofState = (deps: TellingDeps, state: string): StartAttributes | undefined => (deps.isSearchable() ? { state } : undefined)

const ofDisconnection = async (deps: TellingDeps, channelId: string): Promise<StartAttributes | undefined> => {
  if (!deps.isSearchable()) return undefined
  const row = await findDisconnection(deps.sql, channelId)
  const state = 'disconnecting'
  return row ? { workspace: row.workspaceId, channel: channelId, platform: row.platform, state } : { state }
}
