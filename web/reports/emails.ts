import { listReportReaders } from '../../db/reports/readers.ts'
import type { Report } from '../../db/reports/reports.ts'
import { findReportSchedule } from '../../db/reports/schedules.ts'
import { nextReport } from '../../posting/reports/period.ts'
import type { WebDeps, Workspace } from '../http/env.ts'
import { clockWords } from '../time/dates.ts'

/** Of one report. */
export const reportReadersMax = 20
/** When reports go out unless someone chooses. */
const usualHour = 8

/** Who gets a report by email, and when the next one goes out. */
export const loadReportEmails = async (
  deps: WebDeps,
  workspace: Pick<Workspace, 'id' | 'zone' | 'dates'>,
  report: Report,
) => {
  const ref = { workspaceId: workspace.id, reportId: report.id }
  const [schedule, readers] = await Promise.all([
    findReportSchedule(deps.sql, ref),
    listReportReaders(deps.sql, ref),
  ])
  const { period, weekStart } = report
  const isOn = schedule !== null && schedule.userId !== null && period !== 'own'
  return {
    ...{ readers, isOn, canSend: period !== 'own', isWeekly: period === 'week' },
    isFull: readers.length >= reportReadersMax,
    confirmed: readers.filter((one) => one.confirmedAt !== null).length,
    /** Nothing is sent, because whoever turned it on has left. */
    isStopped: schedule !== null && schedule.userId === null,
    hour: schedule?.hour ?? usualHour,
    hours: Array.from({ length: 24 }, (_, hour) => ({
      hour,
      words: clockWords(`${String(hour).padStart(2, '0')}:00`, workspace.dates),
    })),
    nextAt: isOn
      ? new Date(
          nextReport({ ...schedule, period, weekStart, zone: workspace.zone }, deps.now()).at,
        )
      : null,
  }
}
