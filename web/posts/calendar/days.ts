import { Temporal } from 'temporal-polyfill'
import type { DayBounds } from '../../../db/posts/calendar/posts.ts'
import type { DateStyle } from '../../../text/date-style.ts'
import { calendarDates } from '../../time/dates.ts'
import { addDays } from '../../time/days.ts'
import type { ReaderTime } from '../../time/formats.ts'
import { isYear, startOfDay } from '../../time/wall-time.ts'

export type CalendarView = 'month' | 'week' | 'list'

/** A range of days in a calendar view. Dates are `2026-11-26` in the workspace's time zone. */
export type Span = {
  view: CalendarView
  title: string
  /** Weeks of seven dates, from the reader's first day of the week. The list view has one row with all its dates. */
  weeks: string[][]
  /** `from` is inclusive, `to` exclusive. */
  from: Date
  to: Date
  /** The `?at=` values for the previous and the next range. */
  before: string
  after: string
  /** `2026-11`: dates outside this month are grayed out. Empty in views that gray out nothing. */
  month: string
}

const listDays = 30

/** The range around `at`, a date in `zone`. */
export const spanAround = (view: CalendarView, at: string, reading: ReaderTime): Span => {
  const { zone, dates: style } = reading
  const date = Temporal.PlainDate.from(at)
  if (view === 'month') return monthSpan(date, reading)
  const first = view === 'week' ? weekOf(date, style) : date
  const length = view === 'week' ? 7 : listDays
  const dates = datesFrom(first, length)
  return {
    view,
    title: calendarDates(style).shortSpan(first.toString(), addDays(first.toString(), length - 1)),
    weeks: [dates],
    ...instants(first, length, zone),
    before: first.subtract({ days: length }).toString(),
    after: first.add({ days: length }).toString(),
    month: '',
  }
}

/** Start (inclusive) and end (exclusive) of each date in the zone. */
export const boundsOf = (dates: string[], zone: string): DayBounds[] =>
  dates.map((date) => ({
    date,
    from: startOfDay(date, zone),
    to: startOfDay(nextDate(date), zone),
  }))

/**
 * Parses a date from the URL: `2026-11` or `2026-11-26`. Returns today if it is missing or invalid,
 * and null if the calendar doesn't support the year.
 */
export const readDate = (typed: string | undefined, today: string): string | null => {
  if (!typed || !/^\d{4}-\d{2}(-\d{2})?$/.test(typed)) return today
  try {
    const date = Temporal.PlainDate.from(typed.length === 7 ? `${typed}-01` : typed)
    return isYear(date.year) ? date.toString() : null
  } catch (error) {
    if (error instanceof RangeError) return today
    throw error
  }
}

const nextDate = (date: string): string => addDays(date, 1)

const monthSpan = (date: Temporal.PlainDate, { zone, dates: style }: ReaderTime): Span => {
  const first = date.with({ day: 1 })
  const start = weekOf(first, style)
  const shown = Math.ceil((daysInto(first, style) + first.daysInMonth) / 7) * 7
  const dates = datesFrom(start, shown)
  return {
    view: 'month',
    title: calendarDates(style).monthAndYear(first.toString()),
    weeks: Array.from({ length: shown / 7 }, (_, week) => dates.slice(week * 7, week * 7 + 7)),
    ...instants(start, shown, zone),
    before: first.subtract({ months: 1 }).toString().slice(0, 7),
    after: first.add({ months: 1 }).toString().slice(0, 7),
    month: first.toString().slice(0, 7),
  }
}

/** How many days of its week come before the date. */
const daysInto = (date: Temporal.PlainDate, { weekStart }: DateStyle): number =>
  (date.dayOfWeek - weekStart + 7) % 7

const weekOf = (date: Temporal.PlainDate, style: DateStyle): Temporal.PlainDate =>
  date.subtract({ days: daysInto(date, style) })

const datesFrom = (first: Temporal.PlainDate, length: number): string[] =>
  Array.from({ length }, (_, days) => addDays(first.toString(), days))

const instants = (
  first: Temporal.PlainDate,
  length: number,
  zone: string,
): { from: Date; to: Date } => ({
  from: startOfDay(first.toString(), zone),
  to: startOfDay(first.add({ days: length }).toString(), zone),
})
