import type { TransactionSql } from 'postgres'
import type { Db } from '../postgres/connect.ts'
import { lockWorkspace } from '../postgres/workspace-lock.ts'

/** The parts of a report, in the order in which it shows them. */
export const reportSections = ['summary', 'changes', 'chart', 'posts', 'accounts', 'hours'] as const
export type ReportSection = (typeof reportSections)[number]
export const reportPeriods = ['month', 'week', 'own'] as const
export type ReportPeriod = (typeof reportPeriods)[number]

/** What a person chooses. Null filters mean everything. */
export type ReportChoices = {
  title: string
  note: string
  period: ReportPeriod
  /** Dates such as `2026-11-01`, both inclusive. Null unless the period is `own`. */
  fromDay: string | null
  toDay: string | null
  sections: ReportSection[]
  channelIds: string[] | null
  platform: string | null
  labelId: string | null
  /** Such as `0f5c5a`. */
  color: string
}
/** How the report writes dates. */
type Style = { hours: 12 | 24; dateOrder: 'mdy' | 'dmy' | 'ymd'; weekStart: 1 | 6 | 7 }
export type Report = ReportChoices & Style & { id: string; workspaceId: string; hasLogo: boolean }
export type ReportRef = { workspaceId: string; reportId: string }

/** SQL: the columns of a `Report`, for queries that join others. */
export const reportColumns = (sql: Db) => sql`
  r.id, r.workspace_id, r.title, r.note, r.period, r.from_day::text as from_day, r.to_day::text as to_day, r.sections,
  r.channel_ids, r.platform, r.label_id, r.color, r.hours, r.date_order, r.week_start, r.logo is not null as has_logo`

export type ListedReport = Report & { linkExpiresAt: Date | null; lastReadOn: string | null }

/** By title, with the link that clients have. */
export const listReports = (sql: Db, workspaceId: string): Promise<ListedReport[]> => sql<
  ListedReport[]
>`
  select ${reportColumns(sql)}, l.expires_at as link_expires_at, l.last_read_on::text as last_read_on
  from reports r left join report_links l on l.report_id = r.id
  where r.workspace_id = ${workspaceId} order by lower(r.title), r.id`

export const findReport = async (
  sql: Db,
  { workspaceId, reportId }: ReportRef,
): Promise<Report | null> => {
  const [row] = await sql<Report[]>`
    select ${reportColumns(sql)} from reports r where r.workspace_id = ${workspaceId} and r.id = ${reportId}`
  return row ?? null
}

/** Null if the workspace has `most` reports. Those who add at the same time wait for each other. */
export const insertReport = async (
  t: TransactionSql,
  by: { workspaceId: string; userId: string },
  report: ReportChoices & Style,
  most: number,
): Promise<string | null> => {
  await lockWorkspace(t, by.workspaceId)
  const [row] = await t<{ id: string }[]>`
    insert into reports (workspace_id, created_by, title, note, period, from_day, to_day, sections, channel_ids, platform, label_id,
      color, hours, date_order, week_start)
    select ${by.workspaceId}, ${by.userId}, ${report.title}, ${report.note}, ${report.period}, ${report.fromDay}::date,
      ${report.toDay}::date, ${report.sections}::text[], ${report.channelIds}::uuid[], ${report.platform}, ${report.labelId}::uuid,
      ${report.color}, ${report.hours}, ${report.dateOrder}, ${report.weekStart}
    where (select count(*) from reports where workspace_id = ${by.workspaceId}) < ${most}
    returning id`
  return row?.id ?? null
}

/** Returns whether the report still existed. */
export const updateReport = async (
  sql: Db,
  { workspaceId, reportId }: ReportRef,
  report: ReportChoices & Style,
): Promise<boolean> => {
  const { count } = await sql`
    update reports set title = ${report.title}, note = ${report.note}, period = ${report.period}, from_day = ${report.fromDay}::date,
      to_day = ${report.toDay}::date, sections = ${report.sections}::text[], channel_ids = ${report.channelIds}::uuid[],
      platform = ${report.platform}, label_id = ${report.labelId}::uuid, color = ${report.color}, hours = ${report.hours},
      date_order = ${report.dateOrder}, week_start = ${report.weekStart}, updated_at = now()
    where workspace_id = ${workspaceId} and id = ${reportId}`
  return count > 0
}

/** Its link ends with it. Returns whether the report still existed. */
export const deleteReport = async (
  sql: Db,
  { workspaceId, reportId }: ReportRef,
): Promise<boolean> => {
  const { count } =
    await sql`delete from reports where workspace_id = ${workspaceId} and id = ${reportId}`
  return count > 0
}

/** Null removes it. Returns whether the report still existed. */
export const setReportLogo = async (
  sql: Db,
  { workspaceId, reportId }: ReportRef,
  png: Buffer | null,
): Promise<boolean> => {
  const { count } = await sql`
    update reports set logo = ${png}, updated_at = now() where workspace_id = ${workspaceId} and id = ${reportId}`
  return count > 0
}

export const findReportLogo = async (
  sql: Db,
  { workspaceId, reportId }: ReportRef,
): Promise<Buffer | null> => {
  const [row] = await sql<{ logo: Buffer | null }[]>`
    select logo from reports where workspace_id = ${workspaceId} and id = ${reportId}`
  return row?.logo ?? null
}
