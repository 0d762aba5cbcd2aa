import type { PostPreview } from '../../../platforms/post-preview.ts'
import { dateFormat } from '../../../text/formatters.ts'

type Style = NonNullable<PostPreview['date']>

/** The date as the platform writes it in English, with the year if it isn't this one. */
export const writtenDate = (style: Style, at: Date, zone: string, now: number): string => {
  const write = (options: Intl.DateTimeFormatOptions) =>
    dateFormat({ timeZone: zone, ...options }, 'en-US')
      .format(at)
      .replace('\u202f', ' ') // newer versions of Node write it before PM
  const yearOf = (date: Date) =>
    dateFormat({ timeZone: zone, year: 'numeric' }, 'en-US').format(date)
  const year =
    yearOf(at) === yearOf(new Date(now))
      ? {}
      : ({ year: 'numeric' } satisfies Intl.DateTimeFormatOptions)
  if (style === 'month-day') return write({ month: 'long', day: 'numeric', ...year })
  if (style === 'day-at-time') {
    const time = write({ hour: 'numeric', minute: '2-digit' })
    return `${write({ month: 'short', day: 'numeric', ...year })} at ${time}`
  }
  const number = (part: 'year' | 'month' | 'day') => write({ [part]: 'numeric' })
  return [...('year' in year ? [number('year')] : []), number('month'), number('day')].join('-')
}
