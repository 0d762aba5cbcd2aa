import type { Db } from '../postgres/connect.ts'
import { hashSecret } from '../vault/secrets.ts'
import type { OpenReport } from './links.ts'
import { type Report, reportColumns } from './reports.ts'

/**
 * How long sending one email may take. After that, another process may send it, in case the first
 * one died.
 */
const mailingMinutes = 2

export type ReportMail = Report & {
  email: string
  workspaceName: string
  /** The days that the email is about. */
  mailFrom: string
  mailTo: string
  expiresAt: Date
}

/**
 * Claims an email, so that only one worker sends it, and notes its code. `done`: it was sent, or
 * nobody wants it any more. `busy`: another worker is sending it.
 */
export const claimReportMail = async (
  sql: Db,
  id: string,
  code: string,
  now: Date,
): Promise<ReportMail | 'busy' | 'done'> => {
  const wanted = sql`m.id = ${id} and m.sent_at is null
    and exists (select from report_schedules s where s.report_id = m.report_id and s.user_id is not null)`
  const [mail] = await sql<ReportMail[]>`
    with claimed as (
      update report_mails m set code_hash = ${hashSecret(code)},
        mailing_until = ${now}::timestamptz + make_interval(mins => ${mailingMinutes})
      where ${wanted} and (m.mailing_until is null or m.mailing_until <= ${now})
      returning m.report_id, m.reader_id, m.from_day, m.to_day, m.expires_at)
    select ${reportColumns(sql)}, d.email, w.name as workspace_name, c.from_day::text as mail_from, c.to_day::text as mail_to,
      c.expires_at
    from claimed c join report_readers d on d.id = c.reader_id join reports r on r.id = c.report_id
      join workspaces w on w.id = r.workspace_id`
  if (mail) return mail
  const waiting = await sql`select from report_mails m where ${wanted}`
  return waiting.count > 0 ? 'busy' : 'done'
}

/** The email wasn't sent: lets the next attempt claim it at once. */
export const releaseReportMail = async (sql: Db, id: string): Promise<void> => {
  await sql`update report_mails set mailing_until = null where id = ${id}`
}

/** `isRefused`: the mail server of the address refused it for good. */
export const noteReportMailed = async (
  sql: Db,
  id: string,
  { now, isRefused }: { now: Date; isRefused: boolean },
): Promise<void> => {
  await sql`
    with mailed as (
      update report_mails set sent_at = ${now}, mailing_until = null where id = ${id} returning reader_id)
    update report_readers d set refused_at = ${isRefused ? now : null} from mailed where d.id = mailed.reader_id`
}

/**
 * Null unless the code is from an email whose link still works: until it expires, and while the
 * person who turned the emails on is an active member. Shows the days of that email.
 */
export const findMailedReport = async (
  sql: Db,
  code: string,
  now: Date,
): Promise<OpenReport | null> => {
  const [row] = await sql<(OpenReport & { mailFrom: string; mailTo: string })[]>`
    select ${reportColumns(sql)}, null as link_id, m.expires_at, w.name as workspace_name, w.slug as workspace_slug, w.zone,
      m.from_day::text as mail_from, m.to_day::text as mail_to
    from report_mails m join reports r on r.id = m.report_id and r.workspace_id = m.workspace_id
      join workspaces w on w.id = m.workspace_id
      join report_schedules s on s.report_id = m.report_id join users u on u.id = s.user_id
      join memberships member on member.workspace_id = m.workspace_id and member.user_id = u.id
    where m.code_hash = ${hashSecret(code)} and m.expires_at > ${now} and u.deactivated_at is null`
  if (!row) return null
  const { mailFrom, mailTo, ...report } = row
  return { ...report, period: 'own', fromDay: mailFrom, toDay: mailTo }
}
