import { Temporal } from 'temporal-polyfill'
import type { Instants } from '../../db/insights/post-numbers.ts'
import { terms } from '../../db/privacy/terms.ts'
import { addDays } from '../time/days.ts'
import type { Formats } from '../time/formats.ts'
import { startOfDay } from '../time/wall-time.ts'

export type RangeKey = '7d' | '28d' | '90d' | '12m' | '24m'
/** Dates in the workspace's time zone, such as `2026-11-26`. Both ends are inclusive. */
export type Days = { from: string; to: string }
/** One point of a line: a day, or a week in a long range. */
export type Bucket = Days & { days: number }

export type Range = Days & {
  key: RangeKey | 'own'
  /** The number of days. */
  days: number
  /** `28 days` */
  label: string
  /** The period of the same length before it. Null if numbers are not kept that long. */
  before: Days | null
  /** Days in one point of a line. The first point has the remainder. */
  size: 1 | 7
  /** How the range differs from what was requested, in words. */
  notes: string[]
}

/** `faults`: errors of the date form by field. If there are any, `range` is the default range. */
export type RangeAsked = {
  range: Range
  typed: { from: string; to: string }
  faults: { from?: string; to?: string }
}

// promise: R3
const keptFor = { months: Number.parseInt(terms.numbers, 10) }

export const ranges: { key: RangeKey; label: string; back: { days?: number; months?: number } }[] =
  [
    { key: '7d', label: '7 days', back: { days: 7 } },
    { key: '28d', label: '28 days', back: { days: 28 } },
    { key: '90d', label: '90 days', back: { days: 90 } },
    { key: '12m', label: '12 months', back: { months: 12 } },
    { key: '24m', label: terms.numbers, back: keptFor },
  ]
const usual: RangeKey = '28d'
const longestDaily = 120

/**
 * The range of whole days that a page shows. It ends yesterday, or today if numbers began today. An
 * unknown name gives the default range; dates that can't be shown give faults.
 */
export const readInsightRange = (
  asked: { range?: string | undefined; from?: string | undefined; to?: string | undefined },
  today: string,
  firstDay: string | null,
): RangeAsked => {
  const end =
    firstDay === today ? today : Temporal.PlainDate.from(today).subtract({ days: 1 }).toString()
  const typed = { from: asked.from ?? '', to: asked.to ?? '' }
  const named =
    ranges.find((one) => one.key === asked.range) ?? ranges.find((one) => one.key === usual)!
  const from = Temporal.PlainDate.from(end).add({ days: 1 }).subtract(named.back).toString()
  const range = rangeOf(named.key, { from, to: end }, named.label, today, [])
  if (asked.from === undefined && asked.to === undefined)
    return { range, typed: { from: range.from, to: range.to }, faults: {} }
  const faults = faultsOf(typed, today)
  if (faults.from || faults.to) return { range, typed, faults }
  return { range: ownRange(typed, today), typed, faults: {} }
}

/** The points of the lines, oldest first. */
export const bucketsOf = (days: Days, size: number): Bucket[] => {
  const first = Temporal.PlainDate.from(days.from)
  const buckets: Bucket[] = []
  for (
    let last = Temporal.PlainDate.from(days.to);
    Temporal.PlainDate.compare(last, first) >= 0;
  ) {
    const begin = last.subtract({ days: size - 1 })
    const from = Temporal.PlainDate.compare(begin, first) < 0 ? first : begin
    buckets.unshift({ from: from.toString(), to: last.toString(), days: countDays(from, last) })
    last = begin.subtract({ days: 1 })
  }
  return buckets
}

const faultsOf = (typed: { from: string; to: string }, today: string): RangeAsked['faults'] => {
  const from = dateIn(typed.from)
  const to = dateIn(typed.to)
  if (!from) return { from: 'Enter a first day, such as 2026-11-01.' }
  if (!to) return { to: 'Enter a last day, such as 2026-11-26.' }
  if (Temporal.PlainDate.compare(from, to) > 0)
    return { to: 'The last day is before the first day. Choose a later one.' }
  if (Temporal.PlainDate.compare(from, Temporal.PlainDate.from(today)) > 0)
    return { from: 'This day is in the future. Choose an earlier one.' }
  if (Temporal.PlainDate.compare(to, oldest(today)) < 0)
    return { to: `Numbers are kept for ${terms.numbers}. Choose a later day.` }
  return {}
}

const ownRange = (typed: { from: string; to: string }, today: string): Range => {
  const notes: string[] = []
  let [from, to] = [typed.from, typed.to]
  const first = oldest(today).toString()
  if (from < first) {
    from = first
    notes.push(`Numbers are kept for ${terms.numbers}, so the range starts there.`)
  }
  if (to > today) {
    to = today
    notes.push('Shows days up to today.')
  }
  if (to === today) notes.push('Today isn’t over yet, so its numbers will still grow.')
  return rangeOf('own', { from, to }, '', today, notes)
}

const rangeOf = (
  key: Range['key'],
  { from, to }: Days,
  label: string,
  today: string,
  notes: string[],
): Range => {
  const days = countDays(Temporal.PlainDate.from(from), Temporal.PlainDate.from(to))
  const lastBefore = Temporal.PlainDate.from(from).subtract({ days: 1 })
  // Compares months with months: 12 months that include February 29 are a day longer than the 12
  // months before.
  const back = ranges.find((one) => one.key === key)?.back
  const firstBefore = back?.months
    ? Temporal.PlainDate.from(from).subtract(back)
    : lastBefore.subtract({ days: days - 1 })
  const kept = Temporal.PlainDate.compare(firstBefore, oldest(today)) >= 0
  return {
    key,
    from,
    to,
    days,
    label: label || (days === 1 ? '1 day' : `${days} days`),
    before: kept ? { from: firstBefore.toString(), to: lastBefore.toString() } : null,
    size: days > longestDaily ? 7 : 1,
    notes,
  }
}

const oldest = (today: string): Temporal.PlainDate =>
  Temporal.PlainDate.from(today).subtract(keptFor)

/** The days whose numbers and notes are kept. */
export const daysKept = (today: string): Days => ({ from: oldest(today).toString(), to: today })

const countDays = (from: Temporal.PlainDate, to: Temporal.PlainDate): number =>
  from.until(to, { largestUnit: 'days' }).days + 1

/** Null if it is no date such as `2026-11-26`. */
export const dateIn = (typed: string): Temporal.PlainDate | null => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(typed)) return null
  try {
    return Temporal.PlainDate.from(typed, { overflow: 'reject' })
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** Best hours need many posts, so they use at least 90 and at most 365 days. */
const hoursDays = { least: 90, most: 365 }
const dayMs = 86_400_000

/** The days as instants in the zone. */
export const instantsOf = (range: { from: string; to: string }, zone: string): Instants => ({
  from: startOfDay(range.from, zone),
  to: startOfDay(addDays(range.to, 1), zone),
})

/** The time whose posts show the best hours. */
export const spanOfHours = (range: Range, zone: string): Instants => {
  const { from, to } = instantsOf(range, zone)
  const begin = clamp(
    from.getTime(),
    to.getTime() - hoursDays.most * dayMs,
    to.getTime() - hoursDays.least * dayMs,
  )
  return { from: new Date(begin), to }
}

const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value))

/** Why there is no period to compare with. Null if there is one. */
export const whyIncomparable = (
  range: Range,
  firstDay: string | null,
  fmt: Formats,
): string | null => {
  if (!range.before)
    return `Numbers are kept for ${terms.numbers}, so there is nothing before to compare with.`
  if (firstDay === null || firstDay > range.before.from) {
    return firstDay === null
      ? 'There is nothing to compare with yet.'
      : `There is nothing before to compare with: numbers begin on ${fmt.date(new Date(firstDay))}.`
  }
  return null
}
