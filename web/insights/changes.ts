import type { OwnMetric } from '../../platforms/measurer.ts'
import type { Formats } from '../time/formats.ts'
import { valueWords } from './own-metrics.ts'

/**
 * How a number changed. `words` and `joins` make a sentence: "18% more than", "as many as". `short`
 * is shown beside an arrow and leaves out the direction. Changes have no color, because color means
 * state in CrateSocial.
 */
export type MetricChange = {
  direction: 'up' | 'down' | 'same'
  short: string
  words: string
  joins: 'than' | 'as'
}

/** The sums of a period and of the one before, of the same accounts. */
export type Compared = { now: number; before: number }

/** People count posts, but measure time. */
const amountWords = {
  count: { many: 'many', fewer: 'fewer' },
  milliseconds: { many: 'much', fewer: 'less' },
}

/**
 * The change between two sums, such as `18% more`, `3% fewer` or `as many`. Null if one is missing.
 */
export const changeOf = (
  now: number | null,
  before: number | null,
  fmt: Formats,
  unit: OwnMetric['unit'] = 'count',
): MetricChange | null => {
  if (now === null || before === null) return null
  const { many, fewer } = amountWords[unit]
  if (now === before)
    return { direction: 'same', short: 'no change', words: `as ${many}`, joins: 'as' }
  // A percentage of zero or a negative number makes no sense. A day can be negative if people
  // removed likes.
  if (before <= 0 || now < 0) return differenceOf(now, before, fmt, unit)
  const percent = Math.round(((now - before) / before) * 100)
  if (percent === 0)
    return { direction: 'same', short: 'no change', words: `about as ${many}`, joins: 'as' }
  if (percent >= 1000) {
    const times = `${fmt.count(Math.round(now / before))} times`
    return { direction: 'up', short: times, words: `${times} as ${many}`, joins: 'as' }
  }
  return percent > 0
    ? { direction: 'up', short: `${percent}%`, words: `${percent}% more`, joins: 'than' }
    : { direction: 'down', short: `${-percent}%`, words: `${-percent}% ${fewer}`, joins: 'than' }
}

/** The difference between two levels, such as `212 more` or `12 fewer`. */
export const differenceOf = (
  now: number | null,
  before: number | null,
  fmt: Formats,
  unit: OwnMetric['unit'] = 'count',
): MetricChange | null => {
  if (now === null || before === null) return null
  const { many, fewer } = amountWords[unit]
  const difference = now - before
  if (difference === 0)
    return { direction: 'same', short: 'no change', words: `as ${many}`, joins: 'as' }
  const short = valueWords({ unit }, Math.abs(difference), fmt)
  return difference > 0
    ? { direction: 'up', short, words: `${short} more`, joins: 'than' }
    : { direction: 'down', short, words: `${short} ${fewer}`, joins: 'than' }
}
