import type { Sql } from '../../db/postgres/connect.ts'
import {
  claimDeletionMail,
  type DeletionMail,
  deleteDeletionMail,
  releaseDeletionMail,
} from '../../db/privacy/deletion-mails.ts'
import { rules } from '../../db/privacy/retention.ts'
import type { Vault } from '../../db/vault/vault.ts'
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
  const { host, hostname } = new URL(deps.publicUrl)
  const { subject, paragraphs, link } = wordsOf(mail, deps, host)
  const data = { subject, paragraphs, link, name: mail.content.name }
  await deps.mail.send({
    to: mail.content.email,
    subject,
    messageId: `<deletion-${id}@${hostname}>`,
    ...renderEmail('deletion', data),
  })
}

type Words = { subject: string; paragraphs: string[]; link: { label: string; url: string } | null }

const wordsOf = (
  { kind, content }: DeletionMail,
  { publicUrl, contact }: DeletionMailDeps,
  host: string,
): Words => {
  const link = { label: 'Status page', url: `${publicUrl}/data-deletion/${content.code}` }
  const keep = keepOf('deletion_requests')
  switch (kind) {
    case 'started':
      return {
        subject: 'Your account is being deleted',
        paragraphs: [
          content.origin === 'retention'
            ? `Your account at ${host} was deactivated ${keepOf('accounts')} ago. As announced, it is now being deleted.`
            : `The deletion of your account at ${host} has started. It can't be undone.`,
          'The status page shows each step, and what is deleted and kept. Anyone with its address can open it, but it holds no personal data.',
          "We'll email you once more when the deletion is done.",
          ...(content.origin === 'retention' ? [] : [`If this wasn't you, write to ${contact}.`]),
        ],
        link,
      }
    case 'finished':
      return {
        subject: 'Your account was deleted',
        paragraphs: [
          `The deletion of your account at ${host} is done.`,
          `The status page lists what was deleted, and what is kept and why. It stays for ${keep}.`,
          'This is our last email to you. We deleted your address after sending it.',
        ],
        link,
      }
    case 'workspace':
      return {
        subject: `The workspace ${content.workspace} is being deleted`,
        paragraphs: [
          `The only admin of the workspace ${content.workspace} at ${host} is deleting their account. The workspace had no other admin, so it is deleted with everything in it: posts, files, connected accounts and numbers.`,
          'Scheduled posts are canceled. Posts that are already published stay on the platforms.',
          `Your own account stays. If you need a new workspace, write to ${contact}.`,
        ],
        link: null,
      }
  }
}
