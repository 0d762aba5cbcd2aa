import { Temporal } from 'temporal-polyfill'
import type { Repeat } from '../../../db/posts/posts.ts'
import type { RepeatRule } from '../../../db/posts/series/series.ts'

/** A series repeats at least every so many weeks, so that its files aren't kept for nothing. */
export const repeatWeeksMax = 12
/** How many posts a series with a count can have. The database has the same limit. */
export const occurrencesMax = 200
/** How many series of a workspace can run at once. */
export const runningSeriesMax = 50

const kinds = ['weeks', 'day', 'first', 'last'] as const
const weekdays = [1, 2, 3, 4, 5, 6, 7]

/** Which occurrences an action is about. */
export type RepeatScope = 'this' | 'following'
export const readScope = (typed: string | undefined): RepeatScope =>
  typed === 'following' ? 'following' : 'this'

/** How the form says that the post repeats. Null if it doesn't. Numbers that aren't become 0. */
export const readRepeat = (body: FormData): Repeat | null => {
  const one = (name: string) => String(body.get(name) ?? '').slice(0, 20)
  const how = kinds.find((kind) => kind === one('repeat'))
  if (!how) return null
  const days = body.getAll('repeat_on').map(String)
  const end = one('repeat_end')
  return {
    how,
    step: numberIn(one('repeat_every')),
    weekdays: weekdays.filter((day) => days.includes(`${day}`)),
    end: end === 'date' || end === 'count' ? end : '',
    until: /^\d{4}-\d{2}-\d{2}$/.test(one('repeat_until')) ? one('repeat_until') : '',
    count: numberIn(one('repeat_count')),
  }
}

const numberIn = (typed: string): number => (/^\d{1,4}$/.test(typed) ? Number(typed) : 0)

/** The rule of a series whose first post is on `date`. */
export const ruleOf = (repeat: Repeat, date: string): RepeatRule => {
  const { day, dayOfWeek } = Temporal.PlainDate.from(date)
  switch (repeat.how) {
    case 'weeks':
      return {
        every: 'week',
        step: repeat.step,
        weekdays: repeat.weekdays.length > 0 ? repeat.weekdays : [dayOfWeek],
      }
    case 'day':
      return { every: 'month', day }
    default:
      return { every: 'month', week: repeat.how, weekday: dayOfWeek }
  }
}
