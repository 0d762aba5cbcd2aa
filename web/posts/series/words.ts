import type { RepeatRule, Timing } from '../../../db/posts/series/series.ts'
import type { DateStyle } from '../../../text/date-style.ts'
import { calendarDates, weekdayNames } from '../../time/dates.ts'

/** Follows "Repeats": "every second Tuesday", "on the last Friday of every month". */
export const ruleWords = (rule: RepeatRule): string => {
  if (rule.every === 'week') return weeklyWords(rule)
  if ('week' in rule) return `on the ${rule.week} ${nameOf(rule.weekday)} of every month`
  if (rule.day === 31) return 'on the last day of every month'
  const shorter = rule.day > 28 ? ', or on its last day' : ''
  return `on the ${ordinal(rule.day)} of every month${shorter}`
}

/** The rule with its end: "every Tuesday until December 31, 2026". */
export const seriesWords = (
  { rule, endsOn, occurrences }: Pick<Timing, 'rule' | 'endsOn' | 'occurrences'>,
  dates: DateStyle,
): string => {
  if (endsOn) return `${ruleWords(rule)} until ${calendarDates(dates).longDate(endsOn)}`
  if (occurrences === null) return ruleWords(rule)
  return `${ruleWords(rule)}, ${occurrences === 1 ? 'once' : `${occurrences} times`}`
}

const weeklyWords = ({ step, weekdays }: Extract<RepeatRule, { every: 'week' }>): string => {
  const [only] = weekdays.length === 1 ? weekdays : []
  const names = list([...weekdays].sort((a, b) => a - b).map(nameOf))
  if (step === 1) {
    if (weekdays.length === 7) return 'every day'
    return weekdays.join('') === '12345' ? 'Monday to Friday' : `every ${names}`
  }
  if (step === 2) return only ? `every second ${names}` : `every second week on ${names}`
  return `every ${step} weeks on ${names}`
}

const nameOf = (day: number): string => weekdayNames[day - 1] ?? ''

const list = (names: string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

const ordinal = (n: number): string => {
  const isTeen = n >= 11 && n <= 13
  return `${n}${(isTeen ? undefined : ['', 'st', 'nd', 'rd'][n % 10]) || 'th'}`
}
