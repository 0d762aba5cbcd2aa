import { dateFormat, numberFormat } from '../../text/formatters.ts'

/** How dates and numbers are formatted in a time zone. */
export type Formats = ReturnType<typeof formats>

const dayMs = 86_400_000
const counts = numberFormat()
const shares = numberFormat({ maximumFractionDigits: 1 })

/** `now` is in epoch milliseconds; it decides what is "today" and "tomorrow". */
export const formats = (zone: string, now: number = Date.now()) => {
  const parts = (date: Date, options: Intl.DateTimeFormatOptions) => dateFormat({ timeZone: zone, ...options }).format(date)
  let clockFormat: Intl.DateTimeFormat | undefined // cached: a calendar formats many times
  const clock = (date: Date) => {
    clockFormat ??= dateFormat({ timeZone: zone, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' })
    const written = clockFormat.format(date)
    return written.endsWith(':00') ? written.slice(0, 5) : written
  }
  const time = (date: Date) => parts(date, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
  const isoDay = (date: Date) => parts(date, { year: 'numeric', month: '2-digit', day: '2-digit' })
  const year = (date: Date) => parts(date, { year: 'numeric' })
  const day = (date: Date) => {
    const short = parts(date, { weekday: 'short', day: 'numeric', month: 'short' }).replace(',', '')
    return year(date) === year(new Date(now)) ? short : `${short} ${year(date)}`
  }
  const near = (date: Date): string | undefined => {
    const days = Math.round((Date.parse(asIso(isoDay(date))) - Date.parse(asIso(isoDay(new Date(now))))) / dayMs)
    return days === 0 ? 'today' : days === 1 ? 'tomorrow' : days === -1 ? 'yesterday' : undefined
  }
  return {
    zone,
    /** 18:00 */
    time,
    /** 18:00, or 18:00:30 if the seconds aren't zero */
    clock,
    /** 18:00:00.214 */
    exact: (date: Date) =>
      parts(date, {
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        fractionalSecondDigits: 3,
        hourCycle: 'h23',
      }),
    /** Thu 26 Nov, with the year if it isn't this year */
    day,
    /** 26 November 2026 */
    date: (date: Date) => parts(date, { day: 'numeric', month: 'long', year: 'numeric' }),
    /** "today 18:00", "Thu 26 Nov 10:00" */
    when: (date: Date) => `${near(date) ?? day(date)} ${time(date)}`,
    /** 2026-11-26T10:00:00.000Z, for `<time datetime>` */
    machine: (date: Date) => date.toISOString(),
    /** 12,945 */
    count: (n: number) => counts.format(n),
    /** 4.2% for 0.0418 */
    share: (n: number) => `${shares.format(n * 100)}%`,
    bytes,
    duration,
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

/** en-GB formats dates as 26/11/2026. */
const asIso = (given: string): string => given.split('/').reverse().join('-')
