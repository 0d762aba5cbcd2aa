import type { Client } from '@temporalio/client'
import { tellDeletion, tellDisconnect, tellExport, tellGrant, tellTarget } from '../workflows/start.ts'
import { type LinkMailDeps, sendMailLink } from './link-mail.ts'
import { type NoticeMailDeps, sendNotices } from './notice-mail.ts'
import { sendPasswordReset } from './password-mail.ts'
import type { Tellers } from './relay.ts'

/** Who tells what the outbox holds: workflows by the client, people by mail. */
export const createTellers = (deps: LinkMailDeps & NoticeMailDeps & { client: Client }): Partial<Tellers> => ({
  target: async (ids) => void (await Promise.all(ids.map((id) => tellTarget(deps.client, id)))),
  grant: async (ids) => void (await Promise.all(ids.map((id) => tellGrant(deps.client, id)))),
  disconnect: async (ids) => void (await Promise.all(ids.map((id) => tellDisconnect(deps.client, id)))),
  notice: (ids) => sendNotices(deps, ids),
  deletion: async (ids) => void (await Promise.all(ids.map((id) => tellDeletion(deps.client, id)))),
  export: async (ids) => void (await Promise.all(ids.map((id) => tellExport(deps.client, id)))),
  'password-reset': async (ids) => {
    for (const id of ids) await sendPasswordReset(deps, id)
  },
  'mail-link': async (ids) => {
    for (const id of ids) await sendMailLink(deps, id)
  },
})
