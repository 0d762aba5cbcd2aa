import { type DateStyle, dateWriters } from '../../text/date-style.ts'
import { dateFormat } from '../../text/formatters.ts'

/** How calendar dates such as `2026-11-26` are written for a reader. A date has no time zone. */
export type CalendarDates = ReturnType<typeof makeCalendarDates>

/** Cached, because there are only a few styles and a calendar writes about a hundred days. */
export const calendarDates = (style: DateStyle): CalendarDates => {
  const known = made.get(style.dateOrder)
  if (known) return known
  const dates = makeCalendarDates(style)
  made.set(style.dateOrder, dates)
  return dates
}

const makeCalendarDates = (style: DateStyle) => {
  const write = dateWriters(style, 'UTC')
  const at = (date: string) => new Date(`${date}T00:00Z`)
  const isWithin = (from: string, to: string) => from.slice(0, 4) === to.slice(0, 4)
  const range = (from: string, to: string, first: (date: Date) => string): string =>
    from === to
      ? write.date(at(to))
      : `${(isWithin(from, to) ? first : write.date)(at(from))} – ${write.date(at(to))}`
  const shortDate = (date: string): string => {
    const short = write.dayAndMonth(at(date))
    const year = date.slice(0, 4)
    if (style.dateOrder === 'ymd') return short
    return style.dateOrder === 'mdy' ? `${short}, ${year}` : `${short} ${year}`
  }
  return {
    /** Thursday, November 26 */
    longDay: (date: string) => write.longDay(at(date)),
    /** Thu */
    weekday: (date: string) => write.weekday(at(date)),
    /** November 26, 2026 */
    longDate: (date: string) => write.date(at(date)),
    /** Nov 26 */
    dayAndMonth: (date: string) => write.dayAndMonth(at(date)),
    /** Thu, Nov 26, 2026, without the year if it is `year` */
    day: (date: string, year: string) =>
      (date.startsWith(year) ? write.day : write.dayOfYear)(at(date)),
    /** October 29 – November 25, 2026. Always with the year. */
    span: (from: string, to: string) => range(from, to, write.dateOfYear),
    /** Nov 26 – Dec 2, 2026 */
    shortSpan: (from: string, to: string) =>
      from === to ? shortDate(to) : `${write.dayAndMonth(at(from))} – ${shortDate(to)}`,
    monthAndYear,
    shortMonthAndYear,
  }
}

/** `November 2026` */
export const monthAndYear = (date: string): string =>
  write(date, { month: 'long', year: 'numeric' })

/** `Nov 2026` */
const shortMonthAndYear = (date: string): string => write(date, { month: 'short', year: 'numeric' })

const write = (date: string, options: Intl.DateTimeFormatOptions): string =>
  dateFormat(options).format(new Date(`${date}T00:00Z`))

const made = new Map<DateStyle['dateOrder'], CalendarDates>()

/** Monday first. January 5, 1970 was one. */
export const weekdayNames: string[] = [5, 6, 7, 8, 9, 10, 11].map((day) =>
  write(`1970-01-${String(day).padStart(2, '0')}`, { weekday: 'long' }),
)

/** The time of day `18:30` as the reader writes times. */
export const clockWords = (wallTime: string, style: DateStyle): string =>
  dateWriters(style, 'UTC').time(new Date(`1970-01-01T${wallTime}Z`))
