import { findNumberVersion } from '../../db/insights/number-version.ts'
import type { Report } from '../../db/reports/reports.ts'
import { reportDays } from '../../posting/reports/period.ts'
import type { WebDeps } from '../http/env.ts'
import { dateOf } from '../time/wall-time.ts'
import { listReportPictures, type ReportedWorkspace } from './content.ts'

/** In a server's memory. */
const knownReportsMost = 500
/** Labels of posts have no version, so an answer that depends on one lasts for a view only. */
const labeledMs = 10_000

type Known = { key: string; pictures: Promise<Set<string>>; untilMs: number }

/**
 * The pictures that reports show, which clients may load. Their numbers are computed once for all
 * pictures of a view: an answer is used again while the report, its days and the version of the
 * workspace's numbers are the same, so it is never out of date.
 */
export const createReportPictures = (deps: WebDeps) => {
  const known = new Map<string, Known>()
  return async (workspace: ReportedWorkspace, report: Report): Promise<Set<string>> => {
    if (!report.sections.includes('posts')) return new Set()
    const version = await findNumberVersion(deps.sql, workspace.id)
    const days = reportDays(report, dateOf(new Date(deps.now()), workspace.zone))
    const key = JSON.stringify([version, days, workspace, report])
    const found = known.get(report.id)
    if (found?.key === key && deps.now() < found.untilMs) return found.pictures
    const pictures = listReportPictures(deps, workspace, report)
    const untilMs = report.labelId ? deps.now() + labeledMs : Number.POSITIVE_INFINITY
    known.delete(report.id)
    known.set(report.id, { key, pictures, untilMs })
    pictures.catch(() => known.delete(report.id))
    for (const oldest of known.keys()) {
      if (known.size <= knownReportsMost) break
      known.delete(oldest)
    }
    return pictures
  }
}
