import { Temporal } from 'temporal-polyfill'

export type CalendarView = 'month' | 'week' | 'list'

/** One span of days as a calendar shows it; dates are `2026-11-26` in the workspace's zone. */
export type Span = {
  view: CalendarView
  title: string
  /** Weeks of seven dates, Monday first; the list has one row of all its dates. */
  weeks: string[][]
  /** First instant inside and first instant after. */
  from: Date
  to: Date
  /** What `?at=` takes for the span before and after. */
  before: string
  after: string
  /** `2026-11`: dates outside of it are greyed; empty where nothing is. */
  month: string
}

const listDays = 30

/** The span around `at` (a date in the zone). */
export const spanAround = (view: CalendarView, at: string, zone: string): Span => {
  const date = Temporal.PlainDate.from(at)
  if (view === 'month') return monthSpan(date, zone)
  const first = view === 'week' ? mondayOf(date) : date
  const length = view === 'week' ? 7 : listDays
  const dates = datesFrom(first, length)
  return {
    view,
    title: `${dayMonth(first)} – ${dayMonth(first.add({ days: length - 1 }))} ${first.add({ days: length - 1 }).year}`,
    weeks: [dates],
    ...instants(first, length, zone),
    before: first.subtract({ days: length }).toString(),
    after: first.add({ days: length }).toString(),
    month: '',
  }
}

/** A date from the address, or today: `2026-11` and `2026-11-26` are both taken. */
export const readDate = (typed: string | undefined, today: string): string => {
  if (!typed || !/^\d{4}-\d{2}(-\d{2})?$/.test(typed)) return today
  try {
    return Temporal.PlainDate.from(typed.length === 7 ? `${typed}-01` : typed).toString()
  } catch (error) {
    if (error instanceof RangeError) return today
    throw error
  }
}

/** `Thursday 26 November`. */
export const longDay = (date: string): string =>
  Temporal.PlainDate.from(date).toLocaleString('en-GB', { weekday: 'long', day: 'numeric', month: 'long' }).replace(',', '')

/** `Thu` */
export const weekday = (date: string): string => Temporal.PlainDate.from(date).toLocaleString('en-GB', { weekday: 'short' })

export const nextDate = (date: string): string => Temporal.PlainDate.from(date).add({ days: 1 }).toString()

const monthSpan = (date: Temporal.PlainDate, zone: string): Span => {
  const first = date.with({ day: 1 })
  const start = mondayOf(first)
  const shown = Math.ceil((first.dayOfWeek - 1 + first.daysInMonth) / 7) * 7
  const dates = datesFrom(start, shown)
  return {
    view: 'month',
    title: first.toLocaleString('en-GB', { month: 'long', year: 'numeric' }),
    weeks: Array.from({ length: shown / 7 }, (_, week) => dates.slice(week * 7, week * 7 + 7)),
    ...instants(start, shown, zone),
    before: first.subtract({ months: 1 }).toString().slice(0, 7),
    after: first.add({ months: 1 }).toString().slice(0, 7),
    month: first.toString().slice(0, 7),
  }
}

const mondayOf = (date: Temporal.PlainDate): Temporal.PlainDate => date.subtract({ days: date.dayOfWeek - 1 })

const datesFrom = (first: Temporal.PlainDate, length: number): string[] =>
  Array.from({ length }, (_, days) => first.add({ days }).toString())

const instants = (first: Temporal.PlainDate, length: number, zone: string): { from: Date; to: Date } => ({
  from: new Date(first.toZonedDateTime(zone).epochMilliseconds),
  to: new Date(first.add({ days: length }).toZonedDateTime(zone).epochMilliseconds),
})

const dayMonth = (date: Temporal.PlainDate): string => date.toLocaleString('en-GB', { day: 'numeric', month: 'short' })
