import type { Db } from '../postgres/connect.ts'
import type { ReportRef } from './reports.ts'

export type ReportSchedule = { userId: string | null; hour: number; handledTo: string }

export const findReportSchedule = async (
  sql: Db,
  { workspaceId, reportId }: ReportRef,
): Promise<ReportSchedule | null> => {
  const [row] = await sql<ReportSchedule[]>`
    select user_id, hour, handled_to::text from report_schedules
    where workspace_id = ${workspaceId} and report_id = ${reportId}`
  return row ?? null
}

/**
 * Turns the emails of a report on, or changes their hour. Whoever does so is responsible for them.
 * `handledTo`: the last day of the newest period that has ended, which isn't sent any more.
 */
export const saveReportSchedule = async (
  sql: Db,
  { workspaceId, reportId, userId }: ReportRef & { userId: string },
  { hour, handledTo }: { hour: number; handledTo: string },
): Promise<void> => {
  await sql`
    insert into report_schedules (report_id, workspace_id, user_id, hour, handled_to)
    select id, workspace_id, ${userId}, ${hour}, ${handledTo}::date from reports
    where workspace_id = ${workspaceId} and id = ${reportId}
    on conflict (report_id) do update set user_id = excluded.user_id, hour = excluded.hour,
      handled_to = case when report_schedules.user_id is null then excluded.handled_to else report_schedules.handled_to end`
}

/**
 * For a report whose periods have changed: those that have ended by now aren't sent any more, so that
 * nobody's change of a report sends it. `endedTo`: the last day of the newest of them.
 */
export const skipEndedPeriods = async (
  sql: Db,
  { workspaceId, reportId }: ReportRef,
  endedTo: string,
): Promise<void> => {
  await sql`
    update report_schedules set handled_to = greatest(handled_to, ${endedTo}::date)
    where workspace_id = ${workspaceId} and report_id = ${reportId}`
}

/** Returns whether they were on. */
export const deleteReportSchedule = async (
  sql: Db,
  { workspaceId, reportId }: ReportRef,
): Promise<boolean> => {
  const { count } = await sql`
    delete from report_schedules where workspace_id = ${workspaceId} and report_id = ${reportId}`
  return count > 0
}

/** Stops the emails that a person turned on whose account closes, in every workspace. */
export const stopReportEmailsOf = async (sql: Db, userId: string): Promise<void> => {
  await sql`update report_schedules set user_id = null where user_id = ${userId}`
}

/** What the workflow decides by. Null if nothing is to be sent. */
export type ScheduleToRun = {
  workspaceId: string
  reportId: string
  period: 'week' | 'month'
  weekStart: 1 | 6 | 7
  hour: number
  handledTo: string
  zone: string
}

export const findScheduleToRun = async (
  sql: Db,
  reportId: string,
): Promise<ScheduleToRun | null> => {
  const [row] = await sql<ScheduleToRun[]>`
    select s.workspace_id, s.report_id, r.period, r.week_start, s.hour, s.handled_to::text, w.zone
    from report_schedules s join reports r on r.id = s.report_id join workspaces w on w.id = s.workspace_id
    where s.report_id = ${reportId} and s.user_id is not null and r.period <> 'own'`
  return row ?? null
}

/**
 * Writes an email for each confirmed reader, once for the period, and notes that the period is
 * handled. Returns how many, or null if that was done before or the emails were stopped.
 */
export const writeReportMails = async (
  t: Db,
  { reportId }: Pick<ReportRef, 'reportId'>,
  mail: { from: string; to: string; now: Date; expiresAt: Date },
): Promise<number | null> => {
  const [row] = await t<{ handled: number; mails: number }[]>`
    with handled as (
      update report_schedules set handled_to = ${mail.to}::date
      where report_id = ${reportId} and user_id is not null and handled_to < ${mail.to}::date
      returning workspace_id, report_id),
    mails as (
      insert into report_mails (workspace_id, report_id, reader_id, from_day, to_day, created_at, expires_at)
      select d.workspace_id, d.report_id, d.id, ${mail.from}::date, ${mail.to}::date, ${mail.now}, ${mail.expiresAt}
      from report_readers d join handled h on h.report_id = d.report_id where d.confirmed_at is not null
      on conflict (reader_id, to_day) do nothing returning id),
    told as (insert into outbox (kind, ref_id) select 'report-mail', id from mails)
    select (select count(*) from handled)::int as handled, (select count(*) from mails)::int as mails`
  return row && row.handled > 0 ? row.mails : null
}

/**
 * Schedules whose workflow should be running. Each is checked once an hour, in the minute that its
 * id says.
 */
export const listReportsAlone = async (sql: Db, turn: number): Promise<string[]> => {
  const rows = await sql<{ reportId: string }[]>`
    select s.report_id from report_schedules s join reports r on r.id = s.report_id
    where s.user_id is not null and r.period <> 'own'
      and mod(hashtextextended(s.report_id::text, 0) & 9223372036854775807, 60) = mod(${turn}::bigint, 60)`
  return rows.map(({ reportId }) => reportId)
}
