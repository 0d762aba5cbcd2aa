import { dateFormat } from '../../text/formatters.ts'

const dayMs = 86_400_000
const format = (options: Intl.DateTimeFormatOptions, date: Date): string =>
  dateFormat(options, 'en-US').format(date).replaceAll('\u202f', ' ')

export const publicTimes = (nowMs: number) => {
  const date = (at: Date): string => format({ year: 'numeric', month: 'long', day: 'numeric' }, at)
  const time = (at: Date): string => format({ hour: 'numeric', minute: '2-digit' }, at)
  const day = (at: Date): string => {
    const days = Math.floor(nowMs / dayMs) - Math.floor(at.getTime() / dayMs)
    return days === 0
      ? 'today'
      : days === 1
        ? 'yesterday'
        : days === -1
          ? 'tomorrow'
          : format({ month: 'short', day: 'numeric' }, at)
  }
  return {
    /** "November 29, 2026" */
    date,
    /** "3:10 AM" */
    time,
    /** "today, 3:10 AM", "Nov 27, 3:10 AM" */
    when: (at: Date): string => `${day(at)}, ${time(at)}`,
  }
}
