import { Temporal } from 'temporal-polyfill'

export type RangeKey = '7d' | '28d' | '90d' | '12m' | '24m'
/** Days are dates of the workspace's zone, `2026-11-26`; the first and the last are in it. */
export type Days = { from: string; to: string }
/** One point of a line: a day, or a week of a long range. */
export type Bucket = Days & { days: number }

export type Range = Days & {
  key: RangeKey | 'own'
  /** How many days it has. */
  days: number
  /** `28 days` */
  label: string
  /** The same number of days before; null: longer ago than numbers are kept. */
  before: Days | null
  /** Days in one point of a line; the first point has what is left over. */
  size: 1 | 7
  /** What was changed of what was asked for, in words. */
  notes: string[]
}

/** Faults of the form with the days, by field; `range` is then the usual one. */
export type RangeAsked = { range: Range; typed: { from: string; to: string }; faults: { from?: string; to?: string } }

export const ranges: { key: RangeKey; label: string; back: Temporal.DurationLike }[] = [
  { key: '7d', label: '7 days', back: { days: 7 } },
  { key: '28d', label: '28 days', back: { days: 28 } },
  { key: '90d', label: '90 days', back: { days: 90 } },
  { key: '12m', label: '12 months', back: { months: 12 } },
  { key: '24m', label: '24 months', back: { months: 24 } },
]
const usual: RangeKey = '28d'
// promise: R3
const keptFor = { months: 24 }
const longestDaily = 120

/**
 * The days that a page shows. Whole days: a range ends yesterday, unless numbers began today. A name that is none is the usual range;
 * days that cannot be shown are faults.
 */
export const readRange = (
  asked: { range?: string | undefined; from?: string | undefined; to?: string | undefined },
  today: string,
  firstDay: string | null,
): RangeAsked => {
  const end = firstDay === today ? today : Temporal.PlainDate.from(today).subtract({ days: 1 }).toString()
  const typed = { from: asked.from ?? '', to: asked.to ?? '' }
  const named = ranges.find((one) => one.key === asked.range) ?? ranges.find((one) => one.key === usual)!
  const from = Temporal.PlainDate.from(end).subtract(named.back).add({ days: 1 }).toString()
  const range = rangeOf(named.key, { from, to: end }, named.label, today, [])
  if (asked.from === undefined && asked.to === undefined) return { range, typed: { from: range.from, to: range.to }, faults: {} }
  const faults = faultsOf(typed, today)
  if (faults.from || faults.to) return { range, typed, faults }
  return { range: ownRange(typed, today), typed, faults: {} }
}

/** The points of its lines, the first first. */
export const bucketsOf = (days: Days, size: number): Bucket[] => {
  const first = Temporal.PlainDate.from(days.from)
  const buckets: Bucket[] = []
  for (let last = Temporal.PlainDate.from(days.to); Temporal.PlainDate.compare(last, first) >= 0; ) {
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
  if (!from) return { from: 'Give a first day, such as 2026-11-01.' }
  if (!to) return { to: 'Give a last day, such as 2026-11-26.' }
  if (Temporal.PlainDate.compare(from, to) > 0) return { to: 'The last day lies before the first.' }
  if (Temporal.PlainDate.compare(from, Temporal.PlainDate.from(today)) > 0) return { from: 'That day is still to come.' }
  if (Temporal.PlainDate.compare(to, oldest(today)) < 0) return { to: 'That is longer ago than numbers are kept: 24 months.' }
  return {}
}

const ownRange = (typed: { from: string; to: string }, today: string): Range => {
  const notes: string[] = []
  let [from, to] = [typed.from, typed.to]
  const first = oldest(today).toString()
  if (from < first) {
    from = first
    notes.push('Numbers are kept for 24 months, so it begins there.')
  }
  if (to > today) {
    to = today
    notes.push('It ends today: later days are still to come.')
  }
  if (to === today) notes.push('Today is not over: its numbers still grow.')
  return rangeOf('own', { from, to }, '', today, notes)
}

const rangeOf = (key: Range['key'], { from, to }: Days, label: string, today: string, notes: string[]): Range => {
  const days = countDays(Temporal.PlainDate.from(from), Temporal.PlainDate.from(to))
  const lastBefore = Temporal.PlainDate.from(from).subtract({ days: 1 })
  const firstBefore = lastBefore.subtract({ days: days - 1 })
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

const oldest = (today: string): Temporal.PlainDate => Temporal.PlainDate.from(today).subtract(keptFor)

const countDays = (from: Temporal.PlainDate, to: Temporal.PlainDate): number => from.until(to, { largestUnit: 'days' }).days + 1

const dateIn = (typed: string): Temporal.PlainDate | null => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(typed)) return null
  try {
    return Temporal.PlainDate.from(typed, { overflow: 'reject' })
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}
