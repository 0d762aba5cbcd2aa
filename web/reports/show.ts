import type { Context } from 'hono'
import { findReportLink } from '../../db/reports/links.ts'
import type { Report } from '../../db/reports/reports.ts'
import type { MemberEnv, WebDeps } from '../http/env.ts'
import type { Renderer } from '../http/render.ts'
import { loadReportContent } from './content.ts'
import { loadReportEmails } from './emails.ts'

/**
 * What a page shows once after an action: the new link, or what is wrong with a logo or address.
 */
type Once = { url?: string; logoError?: string; email?: { typed: string; error: string } }

/** The page of a report for members: its link, its logo, and what clients see. */
export const showReport = async (
  deps: WebDeps,
  view: Renderer,
  c: Context<MemberEnv>,
  report: Report,
  once: Once = {},
): Promise<Response> => {
  const { workspace } = c.var
  const base = `/w/${workspace.slug}`
  const at = `${base}/reports/${report.id}`
  const [content, link, emails] = await Promise.all([
    loadReportContent(deps, workspace, report),
    findReportLink(deps.sql, { workspaceId: workspace.id, reportId: report.id }),
    loadReportEmails(deps, workspace, report),
  ])
  const data = {
    ...{ at, link, once, isExpired: link !== null && link.expiresAt.getTime() <= deps.now() },
    ...{ linkTerms, emails },
    title: report.title,
    shown: { ...content, logo: `${at}/logo`, pictures: `${base}/media`, picture: '/medium' },
  }
  return view.page(c, 'reports/show', data, once.logoError || once.email ? 422 : 200)
}

/** How long a link can be valid, in days. */
export const linkTerms = {
  week: { label: 'A week', days: 7 },
  month: { label: 'A month', days: 31 },
  quarter: { label: 'Three months', days: 92 },
} as const
