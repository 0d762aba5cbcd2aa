import type { Db } from '../postgres/connect.ts'
import { hashSecret, newSecret } from '../vault/secrets.ts'
import { type Report, type ReportRef, reportColumns } from './reports.ts'

export type ReportLink = { createdAt: Date; expiresAt: Date; lastReadOn: string | null }

/**
 * Makes the link of a report, or replaces it: the old one stops working. Returns the code, which is
 * shown once. The table stores only its hash. Null if the workspace has no such report.
 */
export const replaceReportLink = async (
  sql: Db,
  { workspaceId, reportId, userId }: ReportRef & { userId: string },
  { now, expiresAt }: { now: Date; expiresAt: Date },
): Promise<string | null> => {
  const code = newSecret()
  const { count } = await sql`
    insert into report_links (workspace_id, report_id, user_id, code_hash, created_at, expires_at)
    select workspace_id, id, ${userId}, ${hashSecret(code)}, ${now}, ${expiresAt} from reports
    where workspace_id = ${workspaceId} and id = ${reportId}
    on conflict (report_id) do update
      set user_id = excluded.user_id, code_hash = excluded.code_hash, created_at = excluded.created_at,
        expires_at = excluded.expires_at, last_read_on = null`
  return count > 0 ? code : null
}

export const findReportLink = async (
  sql: Db,
  { workspaceId, reportId }: ReportRef,
): Promise<ReportLink | null> => {
  const [row] = await sql<ReportLink[]>`
    select created_at, expires_at, last_read_on::text from report_links
    where workspace_id = ${workspaceId} and report_id = ${reportId}`
  return row ?? null
}

/** Returns whether there was one. */
export const deleteReportLink = async (
  sql: Db,
  { workspaceId, reportId }: ReportRef,
): Promise<boolean> => {
  const { count } =
    await sql`delete from report_links where workspace_id = ${workspaceId} and report_id = ${reportId}`
  return count > 0
}

/** Deletes the links that a person made whose account closes, in every workspace. */
export const deleteReportLinksOf = async (sql: Db, userId: string): Promise<void> => {
  await sql`delete from report_links where user_id = ${userId}`
}

export type OpenReport = Report & {
  /** Null if the report was opened by an email with it. */
  linkId: string | null
  expiresAt: Date
  workspaceName: string
  workspaceSlug: string
  zone: string
}

/**
 * Null unless the code belongs to a link of an active member that hasn't expired. The result
 * doesn't show why a code is invalid.
 */
export const findOpenReport = async (
  sql: Db,
  code: string,
  now: Date,
): Promise<OpenReport | null> => {
  const [row] = await sql<OpenReport[]>`
    select ${reportColumns(sql)}, l.id as link_id, l.expires_at, w.name as workspace_name, w.slug as workspace_slug, w.zone
    from report_links l join reports r on r.id = l.report_id and r.workspace_id = l.workspace_id
      join workspaces w on w.id = l.workspace_id join users u on u.id = l.user_id
      join memberships m on m.workspace_id = l.workspace_id and m.user_id = l.user_id
    where l.code_hash = ${hashSecret(code)} and l.expires_at > ${now} and u.deactivated_at is null`
  return row ?? null
}

/** Writes once a day. */
export const markReportRead = async (sql: Db, linkId: string, now: Date): Promise<void> => {
  await sql`
    update report_links set last_read_on = (${now}::timestamptz at time zone 'UTC')::date
    where id = ${linkId} and last_read_on is distinct from (${now}::timestamptz at time zone 'UTC')::date`
}
