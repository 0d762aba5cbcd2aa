import type { Sql } from '../../db/postgres/connect.ts'
import {
  claimReportMail,
  noteReportMailed,
  type ReportMail,
  releaseReportMail,
} from '../../db/reports/mails.ts'
import { type InvitedReader, noteReaderCode, noteReaderRefused } from '../../db/reports/readers.ts'
import type { Vault } from '../../db/vault/vault.ts'
import { periodWords } from '../../posting/reports/period.ts'
import { dateWriters } from '../../text/date-style.ts'
import type { Letter } from './letter.ts'
import { renderEmail } from './render.ts'
import { type Mail, MailNotTaken, sendEach } from './send.ts'

export type ReportMailDeps = {
  sql: Sql
  vault: Vault
  mail: Mail
  publicUrl: string
  now?: () => number
}

export const sendReportMails = (deps: ReportMailDeps, ids: string[]): Promise<void> =>
  sendEach(ids, (id) => sendReportMail(deps, id))

/**
 * If the worker dies after the server accepted the email, it is sent again with the same Message-ID
 * and the same link, so the reader sees only one. That is why its code is derived from its id.
 */
const sendReportMail = async (deps: ReportMailDeps, id: string): Promise<void> => {
  const now = new Date(deps.now?.() ?? Date.now())
  const code = deps.vault.derive('report-mail', id).toString('base64url')
  const claimed = await claimReportMail(deps.sql, id, code, now)
  if (claimed === 'done') return
  if (claimed === 'busy') throw new Error('another worker is sending this email')
  let isRefused = false
  try {
    await deps.mail.send({
      to: claimed.email,
      messageId: `<report-${id}@${new URL(deps.publicUrl).hostname}>`,
      unsubscribeUrl: `${deps.publicUrl}/report-emails/${code}/stop`,
      ...renderEmail(reportLetter(claimed, code, deps.publicUrl), deps.publicUrl),
    })
  } catch (error) {
    isRefused = error instanceof MailNotTaken && error.isFinal
    if (!isRefused) {
      await releaseReportMail(deps.sql, id)
      throw error
    }
  }
  await noteReportMailed(deps.sql, id, { now, isRefused })
}

/** What the email with a report says. `at`: the address of the installation. */
export const reportLetter = (mail: ReportMail, code: string, at: string): Letter => {
  const { workspaceName, title, note } = mail
  const period = periodWords(mail, { from: mail.mailFrom, to: mail.mailTo })
  return {
    subject: `${title}: ${period}`,
    sender: workspaceName,
    color: mail.color,
    name: null,
    parts: [
      `The social media report from ${workspaceName} for ${period} is ready.`,
      ...note.split(/\n{2,}/).filter((part) => part.trim() !== ''),
    ],
    button: { label: 'View report', url: `${at}/reports/${code}` },
    after: [
      `The link works until ${dateWriters(mail, 'UTC').date(mail.expiresAt)}. Anyone who has it can read the report.`,
    ],
    reason: `You get this because you confirmed this address for reports from ${workspaceName}.`,
    choice: { label: 'Unsubscribe', url: `${at}/report-emails/${code}` },
  }
}

/**
 * Asks an address whether it wants the report. Does nothing if it was confirmed or removed. Can be
 * repeated: the email has the same Message-ID and link.
 */
export const askReportReader = async (deps: ReportMailDeps, readerId: string): Promise<void> => {
  const code = deps.vault.derive('report-reader', readerId).toString('base64url')
  const reader = await noteReaderCode(deps.sql, readerId, code)
  if (!reader) return
  try {
    await deps.mail.send({
      to: reader.email,
      messageId: `<report-reader-${readerId}@${new URL(deps.publicUrl).hostname}>`,
      ...renderEmail(readerLetter(reader, code, deps.publicUrl), deps.publicUrl),
    })
  } catch (error) {
    if (!(error instanceof MailNotTaken) || !error.isFinal) throw error
    await noteReaderRefused(deps.sql, readerId, new Date(deps.now?.() ?? Date.now()))
  }
}

/** What the email says that asks for confirmation. `at`: the address of the installation. */
export const readerLetter = (
  { title, period, color, workspaceName }: InvitedReader,
  code: string,
  at: string,
): Letter => ({
  subject: `Reports from ${workspaceName} by email?`,
  sender: workspaceName,
  color,
  name: null,
  parts: [
    `${workspaceName} would like to send the social media report “${title}” to this address ${period === 'week' ? 'every week' : 'every month'}.`,
  ],
  button: { label: 'Review and confirm', url: `${at}/report-emails/${code}` },
  after: [
    'If you don’t want these emails, ignore this one. Without your confirmation we send nothing else, and delete your address after 7 days.',
  ],
  reason: `You get this because someone at ${workspaceName} entered this address in CrateSocial.`,
})
