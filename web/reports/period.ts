import type { Report } from '../../db/reports/reports.ts'
import type { Days } from '../insights/range.ts'
import { calendarDates, monthAndYear } from '../time/dates.ts'
import { addDays, startOfWeek } from '../time/days.ts'

type Timed = Pick<Report, 'period' | 'fromDay' | 'toDay' | 'hours' | 'dateOrder' | 'weekStart'>

/** The days of a report: the last whole week or month before `today`, or its own. */
export const reportDays = (report: Timed, today: string): Days => {
  if (report.period === 'own') return { from: report.fromDay ?? today, to: report.toDay ?? today }
  if (report.period === 'week') {
    const from = addDays(startOfWeek(today, report.weekStart), -7)
    return { from, to: addDays(from, 6) }
  }
  const to = addDays(`${today.slice(0, 7)}-01`, -1)
  return { from: `${to.slice(0, 7)}-01`, to }
}

/** `November 2026`, or `November 23 – 29, 2026`. */
export const periodWords = (report: Timed, days: Days): string =>
  report.period === 'month'
    ? monthAndYear(days.from)
    : calendarDates(report).span(days.from, days.to)
