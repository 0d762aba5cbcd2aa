import { dateFormat, localeHabits } from './formatters.ts'

/** How a person wants dates and times to be written. */
export type DateStyle = {
  hours: 12 | 24
  /** "Thu, Dec 17", "Thu 17 Dec" or "Thu 2026-12-17" */
  dateOrder: 'mdy' | 'dmy' | 'ymd'
  /** Monday is 1, Saturday 6, Sunday 7. */
  weekStart: 1 | 6 | 7
}

/** For readers who haven't chosen and whose language we don't know. The columns of users say so too. */
export const usualStyle: DateStyle = { hours: 12, dateOrder: 'mdy', weekStart: 1 }

/** The habits of a language as a browser sends it, such as `de-CH`. The usual style if unknown. */
export const styleOfLanguage = (accepted: string | undefined): DateStyle => {
  const [tag = ''] = (accepted ?? '').slice(0, 100).split(/[,;]/, 1)
  const habits = tag ? localeHabits(tag.trim()) : null
  if (!habits) return usualStyle
  const { hours, order, weekStart } = habits
  return {
    hours,
    dateOrder: order === 'dmy' || order === 'ymd' ? order : 'mdy',
    weekStart: weekStart === 6 || weekStart === 7 ? weekStart : 1,
  }
}

type Options = Intl.DateTimeFormatOptions
type Writer = (date: Date) => string

const day = { weekday: 'short', day: 'numeric', month: 'short' } as const
const long = { day: 'numeric', month: 'long', year: 'numeric' } as const
const iso = { year: 'numeric', month: '2-digit', day: '2-digit' } as const

/** A writer for each way to write a date or time in this zone. */
export const dateWriters = ({ hours, dateOrder }: DateStyle, timeZone: string) => {
  const isUs = dateOrder === 'mdy'
  const write = (options: Options, locale = isUs ? 'en-US' : 'en-GB'): Writer => {
    let format: Intl.DateTimeFormat | undefined
    return (date) => {
      format ??= dateFormat({ timeZone, ...options }, locale)
      return format.format(date)
    }
  }
  const time = (options: Options): Writer => {
    const write12 = write({ hour: 'numeric', ...options, hourCycle: 'h12' }, 'en-US')
    const write24 = write({ hour: '2-digit', ...options, hourCycle: 'h23' }, 'en-GB')
    return hours === 24 ? write24 : (date) => write12(date).replace('\u202f', ' ')
  }
  const plain = (writer: Writer): Writer =>
    isUs ? writer : (date) => writer(date).replace(',', '')
  const isoDay: Writer = write(iso, 'en-CA')
  const named = (weekday: 'short' | 'long'): Writer => {
    const name = write({ weekday })
    return (date) => `${name(date)} ${isoDay(date)}`
  }
  const byNumber = dateOrder === 'ymd'
  return {
    time: time({ minute: '2-digit' }),
    clock: time({ minute: '2-digit', second: '2-digit' }),
    exact: time({ minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 }),
    field: write({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, 'en-GB'),
    isoDay,
    year: write({ year: 'numeric' }),
    /** Thu, Dec 17 */
    day: byNumber ? named('short') : plain(write(day)),
    /** Thu, Dec 17, 2026 */
    dayOfYear: byNumber ? named('short') : plain(write({ ...day, year: 'numeric' })),
    /** Thursday, December 17 */
    longDay: byNumber
      ? named('long')
      : plain(write({ weekday: 'long', day: 'numeric', month: 'long' })),
    /** December 17, 2026 */
    date: byNumber ? isoDay : write(long),
    /** December 17 */
    dateOfYear: byNumber ? isoDay : write({ day: 'numeric', month: 'long' }),
    /** Dec 17 */
    dayAndMonth: byNumber ? isoDay : write({ day: 'numeric', month: 'short' }),
    weekday: write({ weekday: 'short' }),
  }
}

/** What stands between a day and its time. */
export const beforeTime = ({ dateOrder }: DateStyle): string => (dateOrder === 'mdy' ? ', ' : ' ')
