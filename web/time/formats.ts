import { beforeTime, type DateStyle, dateWriters } from '../../text/date-style.ts'
import { numberFormat } from '../../text/formatters.ts'
import { calendarDates } from './dates.ts'

/** How dates and numbers are formatted in a time zone. */
export type Formats = ReturnType<typeof formats>

const dayMs = 86_400_000
const counts = numberFormat()
const shares = numberFormat({ maximumFractionDigits: 1 })
const compacts = numberFormat({ notation: 'compact', maximumFractionDigits: 1 }, 'en-US')

/** Whose dates are written: the zone of the workspace, and how the reader wants them. */
export type ReaderTime = { zone: string; dates: DateStyle }

/** `now` is in epoch milliseconds; it decides what is "today" and "tomorrow". */
export const formats = ({ zone, dates }: ReaderTime, now: number = Date.now()) => {
  const write = dateWriters(dates, zone)
  const clock = (date: Date) => {
    const written = write.clock(date)
    return /:00(?: [AP]M)?$/.test(written) ? write.time(date) : written
  }
  const dayNumber = (date: Date) => Date.parse(write.isoDay(date)) / dayMs
  let today: { number: number; year: string } | undefined
  const todayIs = () => {
    today ??= { number: dayNumber(new Date(now)), year: write.year(new Date(now)) }
    return today
  }
  const day = (date: Date) =>
    write.year(date) === todayIs().year ? write.day(date) : write.dayOfYear(date)
  const near = (date: Date): string | undefined => {
    const days = Math.round(dayNumber(date) - todayIs().number)
    return days === 0 ? 'today' : days === 1 ? 'tomorrow' : days === -1 ? 'yesterday' : undefined
  }
  const onDay = (date: Date, time: (date: Date) => string) =>
    `${near(date) ?? day(date)}${beforeTime(dates)}${time(date)}`
  return {
    zone,
    /** 6:00 PM */
    time: write.time,
    /** 6:00 PM, or 6:00:30 PM if the seconds aren't zero */
    clock,
    /** 6:00:00 PM */
    toSecond: write.clock,
    /** 6:00:00.214 PM */
    exact: write.exact,
    /** 18:00, for form fields and scripts */
    field: write.field,
    /** Thu, Nov 26, with the year if it isn't this year */
    day,
    /** November 26, 2026 */
    date: write.date,
    /** "today, 6:00 PM", "Thu, Nov 26, 10:00 AM" */
    when: (date: Date) => onDay(date, write.time),
    /** "today, 6:00:00 PM", with the second even if it is zero */
    whenToSecond: (date: Date) => onDay(date, write.clock),
    /** The same of calendar dates such as `2026-11-26`, which have no zone. */
    on: calendarDates(dates),
    /** 2026-11-26T10:00:00.000Z, for `<time datetime>` */
    machine: (date: Date) => date.toISOString(),
    /** 12,945 */
    count: (n: number) => counts.format(n),
    /** 812, 1.1K, 12.9K */
    compact: (n: number) => compacts.format(n),
    /** 4.2% for 0.0418 */
    share: (n: number) => `${shares.format(n * 100)}%`,
    bytes,
    duration,
    timeSpent,
  }
}

/** 740 B, 38 KB, 4.2 MB */
export const bytes = (size: number): string => {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, size)) / 3))
  const value = size / 1000 ** power
  return `${value < 10 && power > 0 ? value.toFixed(1).replace(/\.0$/, '') : Math.round(value)} ${units[power]}`
}

/** Minutes and seconds of a video: 0:07, 1:23, 1:02:03 */
const duration = (ms: number): string => {
  const seconds = Math.round(ms / 1000)
  const two = (n: number) => String(n).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`
}

/** How long people spent with something: 4.2 s, 42 s, 3 min 5 s, 3 h 12 min, 1,204 h */
const timeSpent = (ms: number): string => {
  const seconds = Math.round(ms / 1000)
  if (ms < 9_950) return `${shares.format(ms / 1000)} s`
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return both(Math.floor(seconds / 60), 'min', seconds % 60, 's')
  const minutes = Math.round(seconds / 60)
  return minutes < 6000
    ? both(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
    : `${counts.format(Math.round(minutes / 60))} h`
}

const both = (large: number, unit: string, small: number, smallUnit: string): string =>
  `${large} ${unit}${small > 0 ? ` ${small} ${smallUnit}` : ''}`
