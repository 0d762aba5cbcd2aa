import { Temporal } from 'temporal-polyfill'
import type { Repeat } from '../../../db/posts/posts.ts'
import type { SeriesRow } from '../../../db/posts/series/series.ts'
import { isDateOf } from '../../../posting/series/dates.ts'
import { calendarDates, weekdayNames } from '../../time/dates.ts'
import type { ToJudge } from '../composer.ts'
import { eachItsOwn } from '../when/choice.ts'
import { occurrencesMax, repeatWeeksMax, ruleOf, runningSeriesMax } from './repeat.ts'
import { shiftRule } from './shift.ts'
import { ruleWords } from './words.ts'

type RepeatFault = { rule: string; words: string }

/** What is wrong with how the post repeats, or with a change to all following posts. */
export const faultsOfRepeat = (composer: ToJudge, act: 'schedule' | 'now'): RepeatFault[] => {
  const { form, post, series } = composer
  if (post?.seriesId)
    return form.scope === 'following' && act !== 'now' && series && !series.endedAt
      ? faultsOfFollowing(composer, series, post.occurrenceOn ?? '')
      : []
  if (!form.repeat) return []
  if (act === 'now')
    return [fault('now', 'A post that repeats needs a time. Choose one, or don’t repeat it.')]
  if (eachItsOwn(form.time))
    return [fault('time', 'A post that repeats has one time for all accounts. Pick a time.')]
  const wrong = faultOfNumbers(form.repeat)
  if (wrong) return [wrong]
  if (composer.runningSeries >= runningSeriesMax)
    return [
      fault('many', `${runningSeriesMax} posts already repeat. Stop one under Settings, Queue.`),
    ]
  return composer.time?.ok ? faultsOfDate(composer, composer.time.wallTime) : []
}

const fault = (rule: string, words: string): RepeatFault => ({ rule: `repeat_${rule}`, words })

const faultOfNumbers = ({ how, step, end, until, count }: Repeat): RepeatFault | null => {
  if (how === 'weeks' && (step < 1 || step > repeatWeeksMax))
    return fault('every', `Repeat every 1 to ${repeatWeeksMax} weeks.`)
  if (end === 'count' && (count < 1 || count > occurrencesMax))
    return fault('count', `Repeat 1 to ${occurrencesMax} times.`)
  return end === 'date' && until === '' ? fault('until', 'Choose the day on which it ends.') : null
}

const faultsOfDate = ({ form, workspace }: ToJudge, wallTime: string): RepeatFault[] => {
  const repeat = form.repeat
  const [date = ''] = wallTime.split('T')
  if (!repeat) return []
  if (repeat.end === 'date' && repeat.until < date)
    return [fault('until', 'It ends before the first post. Choose a later day.')]
  const rule = ruleOf(repeat, date)
  if (isDateOf(rule, date)) return []
  const day = calendarDates(workspace.dates).longDay(date)
  const weekday = weekdayNames[Temporal.PlainDate.from(date).dayOfWeek - 1]
  return [
    fault(
      'day',
      rule.every === 'week'
        ? `The first post is on ${day}. Check ${weekday} too, or pick another day.`
        : `${day} isn’t ${ruleWords(rule).replace(/^on /, '')}. Pick another day.`,
    ),
  ]
}

const faultsOfFollowing = (
  { form, time }: ToJudge,
  series: SeriesRow,
  from: string,
): RepeatFault[] => {
  if (eachItsOwn(form.time))
    return [fault('time', 'Posts that repeat have one time for all accounts. Pick a time.')]
  if (!time?.ok || shiftRule(series.rule, from, time.wallTime.slice(0, 10))) return []
  return [fault('shift', shiftWords)]
}

/** For moves of several weekdays into another week, which no rule can describe. */
export const shiftWords =
  'Posts that repeat on several days can only be moved together within their week. Change only this post, or pick another day.'
