import { type ActivityOptions, continueAsNew, proxyActivities } from '@temporalio/workflow'
import type { ReportFacts } from '../activities/reports/facts.ts'
import type { ReportingActivities } from '../activities/reports/reporting.ts'
import { followRow, type RowStep } from './follow-row.ts'
import type { ScheduleRef } from './names.ts'

/** Short database work, retried until the database is back. Mails go out through the outbox. */
const options: ActivityOptions = {
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumAttempts: 5 },
}
const activities = (summary: string) =>
  proxyActivities<ReportingActivities>({ ...options, summary })

const words = 'Write an email with the report for each reader'
const { readSchedule } = activities('Read when the next report is due')
const write: RowStep<ScheduleRef, ReportFacts, 'write'> = {
  name: 'write',
  words,
  run: activities(words).writeReports,
}

/**
 * Sends one report after each week or month. The row decides: the emails of a period are written in
 * the transaction that notes the period, so each reader gets one, whatever dies. Ends when the
 * emails are turned off, or the person who turned them on has left.
 */
export async function sendReports(ref: ScheduleRef): Promise<void> {
  const { read, until, take, startOverIfLong, end } = followRow<ScheduleRef, ReportFacts, 'write'>(
    ref,
    readSchedule,
    startOver,
  )
  let schedule = await read()
  while (schedule.isOpen) {
    schedule = schedule.isDue
      ? await take(schedule, schedule.nextAt, write)
      : await until(schedule, schedule.nextAt)
    if (schedule.isOpen) await startOverIfLong()
  }
  end(schedule)
}

const startOver = (ref: ScheduleRef): Promise<never> => continueAsNew<typeof sendReports>(ref)
