import { dateFormat, numberFormat } from '../../text/formatters.ts'

/** How dates and numbers are formatted in a time zone. */
export type Formats = ReturnType<typeof formats>

const dayMs = 86_400_000
const counts = numberFormat()
const shares = numberFormat({ maximumFractionDigits: 1 })
const compacts = numberFormat({ notation: 'compact', maximumFractionDigits: 1 }, 'en-US')

const styles = {
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  clock: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  exact: {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  },
  isoDay: { year: 'numeric', month: '2-digit', day: '2-digit' },
  year: { year: 'numeric' },
  shortDay: { weekday: 'short', day: 'numeric', month: 'short' },
  date: { day: 'numeric', month: 'long', year: 'numeric' },
} satisfies Record<string, Intl.DateTimeFormatOptions>

/** `now` is in epoch milliseconds; it decides what is "today" and "tomorrow". */
export const formats = (zone: string, now: number = Date.now()) => {
  // A list formats many times, so each formatter is looked up once.
  const found: Partial<Record<keyof typeof styles, Intl.DateTimeFormat>> = {}
  const parts = (date: Date, style: keyof typeof styles) => {
    found[style] ??= dateFormat({ timeZone: zone, ...styles[style] })
    return found[style].format(date)
  }
  const clock = (date: Date) => {
    const written = parts(date, 'clock')
    return written.endsWith(':00') ? written.slice(0, 5) : written
  }
  const time = (date: Date) => parts(date, 'time')
  const dayNumber = (date: Date) => Date.parse(asIso(parts(date, 'isoDay'))) / dayMs
  let today: { number: number; year: string } | undefined
  const todayIs = () => {
    today ??= { number: dayNumber(new Date(now)), year: parts(new Date(now), 'year') }
    return today
  }
  const day = (date: Date) => {
    const short = parts(date, 'shortDay').replace(',', '')
    const year = parts(date, 'year')
    return year === todayIs().year ? short : `${short} ${year}`
  }
  const near = (date: Date): string | undefined => {
    const days = Math.round(dayNumber(date) - todayIs().number)
    return days === 0 ? 'today' : days === 1 ? 'tomorrow' : days === -1 ? 'yesterday' : undefined
  }
  return {
    zone,
    /** 18:00 */
    time,
    /** 18:00, or 18:00:30 if the seconds aren't zero */
    clock,
    /** 18:00:00.214 */
    exact: (date: Date) => parts(date, 'exact'),
    /** Thu 26 Nov, with the year if it isn't this year */
    day,
    /** 26 November 2026 */
    date: (date: Date) => parts(date, 'date'),
    /** "today 18:00", "Thu 26 Nov 10:00" */
    when: (date: Date) => `${near(date) ?? day(date)} ${time(date)}`,
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

/** en-GB formats dates as 26/11/2026. */
const asIso = (given: string): string => given.split('/').reverse().join('-')
