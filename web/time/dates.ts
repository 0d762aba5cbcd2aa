import { dateFormat } from '../../text/formatters.ts'

// Calendar dates such as `2026-11-26` in words. A date has no time zone, so it is formatted in UTC.

/** `Thursday 26 November` */
export const longDay = (date: string): string => {
  const at = new Date(`${date}T00:00Z`)
  return `${longWeekdays[at.getUTCDay()]} ${at.getUTCDate()} ${months[at.getUTCMonth()]}`
}

/** `Thu` */
export const weekday = (date: string): string =>
  shortWeekdays[new Date(`${date}T00:00Z`).getUTCDay()] ?? ''

/** `26 November 2026` */
export const longDate = (date: string): string =>
  write(date, { day: 'numeric', month: 'long', year: 'numeric' })

/** `November 2026` */
export const monthAndYear = (date: string): string =>
  write(date, { month: 'long', year: 'numeric' })

/** `Nov 2026` */
export const shortMonthAndYear = (date: string): string =>
  write(date, { month: 'short', year: 'numeric' })

/** `26 Nov` */
export const dayAndMonth = (date: string): string => write(date, { day: 'numeric', month: 'short' })

const write = (date: string, options: Intl.DateTimeFormatOptions): string =>
  dateFormat(options).format(new Date(`${date}T00:00Z`))

// A calendar formats about a hundred days, so these formats are assembled from cached names.
// January 4, 1970 was a Sunday.
const two = (n: number): string => String(n).padStart(2, '0')
const weekdays = (style: 'long' | 'short') =>
  [4, 5, 6, 7, 8, 9, 10].map((day) => write(`1970-01-${two(day)}`, { weekday: style }))
const longWeekdays = weekdays('long')
const shortWeekdays = weekdays('short')
const months = Array.from({ length: 12 }, (_, month) =>
  write(`1970-${two(month + 1)}-01`, { month: 'long' }),
)

/** Monday first, like the weeks of a calendar. */
export const weekdayNames: string[] = [...longWeekdays.slice(1), ...longWeekdays.slice(0, 1)]

/** The time of day `18:30` as pages write times. */
export const clockWords = (wallTime: string): string =>
  dateFormat({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    new Date(`1970-01-01T${wallTime}Z`),
  )
