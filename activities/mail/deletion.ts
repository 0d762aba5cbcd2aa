import type { Sql } from '../../db/postgres/connect.ts'
import {
  claimDeletionMail,
  type DeletionMail,
  deleteDeletionMail,
  releaseDeletionMail,
} from '../../db/privacy/deletion-mails.ts'
import { rules } from '../../db/privacy/retention.ts'
import type { Vault } from '../../db/vault/vault.ts'
import type { Letter } from './letter.ts'
import { renderEmail } from './render.ts'
import { type Mail, MailNotTaken, sendEach } from './send.ts'

export type DeletionMailDeps = {
  sql: Sql
  vault: Vault
  mail: Mail
  publicUrl: string
  contact: string
  now?: () => number
}

const keepOf = (name: string): string => rules.find((rule) => rule.name === name)!.keep

// promise: E3
export const sendDeletionMails = (deps: DeletionMailDeps, ids: string[]): Promise<void> =>
  sendEach(ids, (id) => sendOne(deps, id))

/**
 * If the worker dies after the server accepted the email, it is sent again with the same
 * Message-ID, so the reader sees only one.
 */
const sendOne = async (deps: DeletionMailDeps, id: string): Promise<void> => {
  const claimed = await claimDeletionMail(
    deps.sql,
    deps.vault,
    id,
    new Date(deps.now?.() ?? Date.now()),
  )
  if (claimed === 'done') return
  if (claimed === 'busy') throw new Error('this email waits until an earlier one is sent')
  try {
    await send(deps, id, claimed)
  } catch (error) {
    if (!(error instanceof MailNotTaken) || !error.isFinal) {
      await releaseDeletionMail(deps.sql, id)
      throw error
    }
  }
  await deleteDeletionMail(deps.sql, id)
}

const send = async (deps: DeletionMailDeps, id: string, mail: DeletionMail): Promise<void> => {
  const { hostname } = new URL(deps.publicUrl)
  await deps.mail.send({
    to: mail.content.email,
    messageId: `<deletion-${id}@${hostname}>`,
    ...renderEmail(deletionLetter(mail, deps.publicUrl, deps.contact), deps.publicUrl),
  })
}

/** What the email says. `at`: the address of the installation. */
export const deletionLetter = (
  { kind, content }: DeletionMail,
  at: string,
  contact: string,
): Letter => {
  const { host } = new URL(at)
  const { name, origin, workspace } = content
  const button = { label: 'View status', url: `${at}/data-deletion/${content.code}` }
  const keep = keepOf('deletion_requests')
  switch (kind) {
    case 'started':
      return {
        subject: 'Your account is being deleted',
        name,
        parts: [
          origin === 'retention'
            ? `Your account at ${host} was deactivated ${keepOf('accounts')} ago. As announced, it’s now being deleted.`
            : `The deletion of your account at ${host} has started. It can’t be undone.`,
          'The status page shows each step, and what is deleted and kept. Anyone with its address can open it, but it holds no personal data.',
        ],
        button,
        after: [
          'We’ll email you once more when the deletion is done.',
          ...(origin === 'retention' ? [] : [`If this wasn’t you, write to ${contact}.`]),
        ],
        reason: 'You get this because your account is being deleted.',
      }
    case 'finished':
      return {
        subject: 'Your account was deleted',
        name,
        parts: [
          `The deletion of your account at ${host} is done.`,
          `The status page lists what was deleted, and what is kept and why. It stays for ${keep}.`,
        ],
        button,
        after: ['This is our last email to you. We delete your address after sending it.'],
        reason: 'You get this because your account was deleted.',
      }
    case 'workspace':
      return {
        subject: `The workspace ${workspace} is being deleted`,
        name,
        parts: [
          `The only admin of the workspace ${workspace} at ${host} is deleting their account. The workspace had no other admin, so it’s deleted with everything in it: posts, files, connected accounts and numbers.`,
          'Scheduled posts are canceled. Posts that are already published stay on the platforms.',
          `Your own account stays. If you need a new workspace, write to ${contact}.`,
        ],
        button: null,
        reason: `You get this because you are a member of ${workspace}.`,
      }
  }
}
