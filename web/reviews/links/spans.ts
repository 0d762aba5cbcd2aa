import type { Workspace } from '../../http/env.ts'
import { addDays, startOfWeek } from '../../time/days.ts'
import type { Formats } from '../../time/formats.ts'
import { dateOf } from '../../time/wall-time.ts'

/** The spans that a link can have, besides chosen posts. */
export const linkSpans = {
  week: 'This week',
  'next-week': 'Next week',
  month: 'This month',
  'next-month': 'Next month',
} as const
export type LinkSpan = keyof typeof linkSpans

/** First and last day, such as `2026-12-01`, and what the link is called if it gets no name. */
export const spanOf = (
  span: LinkSpan,
  { zone, dates }: Pick<Workspace, 'zone' | 'dates'>,
  nowMs: number,
  fmt: Formats,
): { fromDay: string; toDay: string; name: string } => {
  const today = dateOf(new Date(nowMs), zone)
  const week = startOfWeek(today, dates.weekStart)
  const month = `${today.slice(0, 7)}-01`
  const weekFrom = (fromDay: string) => ({
    fromDay,
    toDay: addDays(fromDay, 6),
    name: `Posts, ${fmt.on.shortSpan(fromDay, addDays(fromDay, 6))}`,
  })
  const monthFrom = (fromDay: string) => ({
    fromDay,
    toDay: addDays(`${addDays(fromDay, 31).slice(0, 7)}-01`, -1),
    name: `${fmt.on.monthAndYear(fromDay)} posts`,
  })
  switch (span) {
    case 'week':
      return weekFrom(week)
    case 'next-week':
      return weekFrom(addDays(week, 7))
    case 'month':
      return monthFrom(month)
    case 'next-month':
      return monthFrom(`${addDays(month, 31).slice(0, 7)}-01`)
  }
}
