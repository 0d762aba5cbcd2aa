import { Temporal } from 'temporal-polyfill'
import type { Report } from '../../db/reports/reports.ts'
import { type DateStyle, dateWriters } from '../../text/date-style.ts'
import { dateFormat } from '../../text/formatters.ts'

/** Dates such as `2026-11-01`, both inclusive. */
type ReportDays = { from: string; to: string }
type Timed = Pick<Report, 'period' | 'fromDay' | 'toDay' | 'weekStart'>
type Repeated = Pick<Report, 'weekStart'> & { period: 'week' | 'month' }

/** The days of a report: the last whole week or month before `today`, or its own. */
export const reportDays = (report: Timed, today: string): ReportDays => {
  const { period, weekStart } = report
  if (period === 'own') return { from: report.fromDay ?? today, to: report.toDay ?? today }
  const next = startOf({ period, weekStart }, Temporal.PlainDate.from(today))
  const to = next.subtract({ days: 1 })
  return { from: startOf({ period, weekStart }, to).toString(), to: to.toString() }
}

/** `November 2026`, or `November 23 – 29, 2026`. */
export const periodWords = (style: DateStyle, { from, to }: ReportDays): string => {
  const write = dateWriters(style, 'UTC')
  const [first, last] = [midnight(from), midnight(to)]
  if (isMonth({ from, to })) return dateFormat({ month: 'long', year: 'numeric' }).format(first)
  if (from === to) return write.date(last)
  const begin = from.slice(0, 4) === to.slice(0, 4) ? write.dateOfYear : write.date
  return `${begin(first)} – ${write.date(last)}`
}

/**
 * The next email of a report, after those until `handledTo`: its days, and when it goes out, in
 * epoch milliseconds. Of several periods that were missed, only the last one is sent.
 */
export const nextReport = (
  schedule: Repeated & { hour: number; zone: string; handledTo: string },
  nowMs: number,
): { days: ReportDays; at: number } => {
  const { period, zone, hour, handledTo } = schedule
  const now = Temporal.Instant.fromEpochMilliseconds(nowMs)
  let today = now.toZonedDateTimeISO(zone).toPlainDate()
  let days = lastDays(schedule, today)
  while (days.to <= handledTo) {
    today = startOf(schedule, today).add(period === 'week' ? { weeks: 1 } : { months: 1 })
    days = lastDays(schedule, today)
  }
  const at = Temporal.PlainDate.from(days.to)
    .add({ days: 1 })
    .toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from({ hour }) })
  return { days, at: at.epochMilliseconds }
}

const lastDays = (repeated: Repeated, today: Temporal.PlainDate): ReportDays =>
  reportDays({ ...repeated, fromDay: null, toDay: null }, today.toString())

const startOf = ({ period, weekStart }: Repeated, date: Temporal.PlainDate): Temporal.PlainDate =>
  period === 'month'
    ? date.with({ day: 1 })
    : date.subtract({ days: (date.dayOfWeek - weekStart + 7) % 7 })

const isMonth = ({ from, to }: ReportDays): boolean => {
  const first = Temporal.PlainDate.from(from)
  return first.day === 1 && first.with({ day: first.daysInMonth }).toString() === to
}

const midnight = (date: string): Date => new Date(`${date}T00:00Z`)
