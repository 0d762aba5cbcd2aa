import type { ScheduleToRun } from '../../db/reports/schedules.ts'
import { nextReport } from '../../posting/reports/period.ts'

/**
 * What an activity reports of a schedule's row, and the workflow decides by. Times are epoch
 * milliseconds on the clock of the worker that read the row.
 */
export type ReportFacts = {
  /** Whether anything will be sent. */
  isOpen: boolean
  readAt: number
  /** Whether the report is sent at `nextAt`. Otherwise the row is read again then. */
  isDue: boolean
  nextAt: number
  /** What it waits for, for admins. */
  words: string
}

/** How often to read a schedule that has nothing to do, in case a signal was lost. */
const lookMs = 24 * 3_600_000

export const reportFactsOf = (schedule: ScheduleToRun | null, nowMs: number): ReportFacts => {
  if (!schedule)
    return {
      ...{ isOpen: false, readAt: nowMs, isDue: false, nextAt: nowMs },
      words: 'Emails are off, or the person who turned them on has left',
    }
  const { at } = nextReport(schedule, nowMs)
  const lookAt = nowMs + lookMs
  return {
    ...{ isOpen: true, readAt: nowMs, isDue: at <= lookAt, nextAt: Math.min(at, lookAt) },
    words: schedule.period === 'week' ? 'Waits for the next week' : 'Waits for the next month',
  }
}
