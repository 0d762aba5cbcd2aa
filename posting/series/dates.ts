import { Temporal } from 'temporal-polyfill'
import type { RepeatRule, SeriesRow, Timing } from '../../db/posts/series/series.ts'

/** No series goes on longer. Time zone arithmetic needs a limit. */
const lastYear = 2100

/** The dates of a rule from `startsOn` on, in order, such as `2026-12-08`. */
export function* datesOf(rule: RepeatRule, startsOn: string): Generator<string> {
  const start = Temporal.PlainDate.from(startsOn)
  for (const date of rule.every === 'week' ? weekly(rule, start) : monthly(rule, start)) {
    if (date.year > lastYear) return
    if (Temporal.PlainDate.compare(date, start) >= 0) yield date.toString()
  }
}

/** Weeks begin on Monday, whatever people prefer, so that a rule means the same for everyone. */
function* weekly(
  { step, weekdays }: Extract<RepeatRule, { every: 'week' }>,
  start: Temporal.PlainDate,
): Generator<Temporal.PlainDate> {
  const monday = start.subtract({ days: start.dayOfWeek - 1 })
  const days = [...weekdays].sort((a, b) => a - b)
  for (let weeks = 0; days.length > 0; weeks += step)
    for (const day of days) yield monday.add({ weeks, days: day - 1 })
}

function* monthly(
  rule: Extract<RepeatRule, { every: 'month' }>,
  start: Temporal.PlainDate,
): Generator<Temporal.PlainDate> {
  const first = start.toPlainYearMonth()
  for (let months = 0; ; months++) yield dayIn(first.add({ months }), rule)
}

const dayIn = (
  month: Temporal.PlainYearMonth,
  rule: Extract<RepeatRule, { every: 'month' }>,
): Temporal.PlainDate => {
  // A day that the month doesn't have is its last day.
  if ('day' in rule) return month.toPlainDate({ day: Math.min(rule.day, month.daysInMonth) })
  const first = month.toPlainDate({ day: 1 })
  const early = first.add({ days: (rule.weekday - first.dayOfWeek + 7) % 7 })
  if (rule.week === 'first') return early
  const last = month.toPlainDate({ day: month.daysInMonth })
  return last.subtract({ days: (last.dayOfWeek - rule.weekday + 7) % 7 })
}

/** Whether a post on this date can be the first of such a series. */
export const isDateOf = (rule: RepeatRule, date: string): boolean => {
  for (const first of datesOf(rule, date)) return first === date
  return false
}

/** The next date of a series that was not dealt with. Null if it has reached its end. */
export const nextDate = (series: SeriesRow): string | null => {
  if (series.occurrences !== null && series.made >= series.occurrences) return null
  for (const date of datesOf(series.rule, series.startsOn))
    if (date > series.madeOn) return series.endsOn !== null && date > series.endsOn ? null : date
  return null
}

/**
 * When the occurrence of a date goes out. A wall time that the clocks skip comes as much later; one
 * that happens twice comes the first time, as with weekly slots.
 */
export const occurrenceTime = (
  { zone, wallTime }: Pick<Timing, 'zone' | 'wallTime'>,
  date: string,
): { dueAt: Date; wallTime: string } => {
  const plain = Temporal.PlainDate.from(date).toPlainDateTime(wallTime)
  const time = plain.toZonedDateTime(zone, { disambiguation: 'compatible' })
  const shown = time.toPlainDateTime()
  return {
    dueAt: new Date(time.epochMilliseconds),
    wallTime: shown.toString({ smallestUnit: shown.second === 0 ? 'minute' : 'second' }),
  }
}

/** The day on which occurrences are made by now: four weeks ahead, in the zone of the series. */
export const horizonOf = (zone: string, nowMs: number): string =>
  Temporal.Instant.fromEpochMilliseconds(nowMs)
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .add({ weeks: 4 })
    .toString()
