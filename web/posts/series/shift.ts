import { Temporal } from 'temporal-polyfill'
import type { RepeatRule } from '../../../db/posts/series/series.ts'
import { isDateOf } from '../../../posting/series/dates.ts'

/**
 * The rule of a series after its post of `from` is moved to `to` with all that follow. Null if no
 * rule describes that: several weekdays, every few weeks, of which some would change their week.
 */
export const shiftRule = (rule: RepeatRule, from: string, to: string): RepeatRule | null => {
  if (from === to) return rule
  const [before, after] = [Temporal.PlainDate.from(from), Temporal.PlainDate.from(to)]
  if (rule.every === 'month') return monthRule(rule, after)
  const by = after.dayOfWeek - before.dayOfWeek
  const moved = rule.weekdays.map((day) => day + by)
  const isWithin = moved.every((day) => day >= 1 && day <= 7)
  if (!isWithin && rule.step > 1 && moved.length > 1) return null
  return { ...rule, weekdays: moved.map((day) => ((day + 13) % 7) + 1).sort((a, b) => a - b) }
}

/** The first or last weekday stays one where the new day is one. */
const monthRule = (
  rule: Extract<RepeatRule, { every: 'month' }>,
  to: Temporal.PlainDate,
): RepeatRule => {
  if ('day' in rule) return { every: 'month', day: to.day }
  const same: RepeatRule = { ...rule, weekday: to.dayOfWeek }
  return isDateOf(same, to.toString()) ? same : { every: 'month', day: to.day }
}
