import { recordEvent } from '../../db/notifications/events.ts'
import { type Sql, tx } from '../../db/postgres/connect.ts'
import { findScheduleToRun, writeReportMails } from '../../db/reports/schedules.ts'
import { nextReport } from '../../posting/reports/period.ts'
import type { ScheduleRef } from '../../workflows/names.ts'
import { type ReportFacts, reportFactsOf } from './facts.ts'

type ReportingDeps = { sql: Sql; now: () => number }
export type ReportingActivities = ReturnType<typeof createReportingActivities>

const dayMs = 86_400_000
/** How long the link in an email shows the report. */
const mailedDays = 92

/** The steps of a report's schedule. Each reads the row, and does only what the row asks for. */
export const createReportingActivities = (deps: ReportingDeps) => {
  const read = async ({ reportId }: ScheduleRef): Promise<ReportFacts> =>
    reportFactsOf(await findScheduleToRun(deps.sql, reportId), deps.now())
  return {
    readSchedule: read,
    /**
     * The emails, and their rows in the outbox, are part of the transaction that notes the period.
     */
    writeReports: async (ref: ScheduleRef): Promise<ReportFacts> => {
      await tx(deps.sql, async (t) => {
        const schedule = await findScheduleToRun(t, ref.reportId)
        const nowMs = deps.now()
        const next = schedule && nextReport(schedule, nowMs)
        if (!schedule || !next || next.at > nowMs) return
        const mails = await writeReportMails(t, ref, {
          ...next.days,
          ...{ now: new Date(nowMs), expiresAt: new Date(nowMs + mailedDays * dayMs) },
        })
        if (mails)
          await recordEvent(t, {
            name: 'report.sent',
            ...{ workspaceId: schedule.workspaceId, userId: null, subjectId: ref.reportId },
            facts: { count: mails },
          })
      })
      return read(ref)
    },
  }
}
