import type { TransactionSql } from 'postgres'
import type { Db } from '../postgres/connect.ts'
import { hashSecret } from '../vault/secrets.ts'
import type { ReportRef } from './reports.ts'

/** How long an address can be confirmed. After that, it is deleted (db/privacy/retention-rules). */
const confirmDays = 7

export type ReportReader = {
  id: string
  email: string
  askedAt: Date
  confirmedAt: Date | null
  refusedAt: Date | null
}

/** The addresses of a report, in the order in which they were added. */
export const listReportReaders = (
  sql: Db,
  { workspaceId, reportId }: ReportRef,
): Promise<ReportReader[]> => sql<ReportReader[]>`
  select id, email, asked_at, confirmed_at, refused_at from report_readers
  where workspace_id = ${workspaceId} and report_id = ${reportId} order by asked_at, id`

/**
 * Adds an address, which isn't confirmed yet, with the email that asks for it. `known`: the report
 * has it already. `full`: the report has `most`. Those who add at the same time wait for each other.
 */
export const insertReportReader = async (
  t: TransactionSql,
  { workspaceId, reportId }: ReportRef,
  { email, now }: { email: string; now: Date },
  most: number,
): Promise<'added' | 'known' | 'full' | 'gone'> => {
  await t`select from reports where workspace_id = ${workspaceId} and id = ${reportId} for no key update`
  const [row] = await t<{ outcome: 'added' | 'known' | 'full' }[]>`
    with known as (select from report_readers where report_id = ${reportId} and email = ${email}),
    added as (
      insert into report_readers (workspace_id, report_id, email, asked_at)
      select workspace_id, id, ${email}, ${now} from reports
      where workspace_id = ${workspaceId} and id = ${reportId} and not exists (select from known)
        and (select count(*) from report_readers where report_id = ${reportId}) < ${most}
      returning id),
    told as (insert into outbox (kind, ref_id) select 'report-reader', id from added)
    select case when exists (select from known) then 'known' when exists (select from added) then 'added' else 'full' end as outcome
    from reports where workspace_id = ${workspaceId} and id = ${reportId}`
  return row?.outcome ?? 'gone'
}

/** Deletes the address, with the record of its emails. Returns whether it existed. */
export const deleteReportReader = async (
  sql: Db,
  { workspaceId, readerId }: { workspaceId: string; readerId: string },
): Promise<boolean> => {
  const { count } =
    await sql`delete from report_readers where workspace_id = ${workspaceId} and id = ${readerId}`
  return count > 0
}

export type InvitedReader = {
  email: string
  title: string
  period: 'week' | 'month' | 'own'
  color: string
  workspaceName: string
}

/** Notes the code of the email that asks for confirmation. Null if there is nothing to confirm. */
export const noteReaderCode = async (
  sql: Db,
  readerId: string,
  code: string,
): Promise<InvitedReader | null> => {
  const [row] = await sql<InvitedReader[]>`
    update report_readers d set code_hash = ${hashSecret(code)}
    from reports r join workspaces w on w.id = r.workspace_id
    where d.id = ${readerId} and d.confirmed_at is null and r.id = d.report_id
    returning d.email, r.title, r.period, r.color, w.name as workspace_name`
  return row ?? null
}

/** The mail server of the address refused the email for good. */
export const noteReaderRefused = async (sql: Db, readerId: string, now: Date): Promise<void> => {
  await sql`update report_readers set refused_at = ${now} where id = ${readerId}`
}

export type OpenReader = {
  id: string
  workspaceId: string
  reportId: string
  email: string
  confirmedAt: Date | null
  title: string
  period: 'week' | 'month' | 'own'
  workspaceName: string
}

/** The reader of a code, from the email that asks for confirmation or from one with a report. */
export const findReaderByCode = async (
  sql: Db,
  code: string,
  now: Date,
): Promise<OpenReader | null> => {
  const hash = hashSecret(code)
  const [row] = await sql<OpenReader[]>`
    select d.id, d.workspace_id, d.report_id, d.email, d.confirmed_at, r.title, r.period, w.name as workspace_name
    from report_readers d join reports r on r.id = d.report_id join workspaces w on w.id = d.workspace_id
    where (d.code_hash = ${hash} or d.id = (select m.reader_id from report_mails m where m.code_hash = ${hash}))
      and (d.confirmed_at is not null or d.asked_at > ${now}::timestamptz - make_interval(days => ${confirmDays}))`
  return row ?? null
}

/** Returns whether it wasn't confirmed before. */
export const confirmReader = async (sql: Db, readerId: string, now: Date): Promise<boolean> => {
  const { count } = await sql`
    update report_readers set confirmed_at = ${now} where id = ${readerId} and confirmed_at is null`
  return count > 0
}

/** Deletes the address of a person whose account is erased, in every workspace. */
export const deleteReadersNamed = async (sql: Db, userId: string): Promise<void> => {
  await sql`delete from report_readers where email = (select email from users where id = ${userId})`
}
