import type { BarSpec } from '../charts/bars.ts'
import type { Line } from '../insights/lines.ts'
import { addUp } from '../insights/metrics.ts'
import type { Insights } from '../insights/page.ts'

/** A report of at most this many days has a column for each day, a longer one for each week. */
const mostDaily = 14

/**
 * The views over the days of a report. Weeks are counted from its first day and the last one has the
 * days that remain, so that the columns add up to the sum. Null if there are no views.
 */
export const viewsChart = (
  { lines, range, fmt }: Pick<Insights, 'lines' | 'range' | 'fmt'>,
  compares: boolean,
): BarSpec | null => {
  const line = lines.views
  if (line.total === null) return null
  const groups = partsOf(line).map(({ from, to, now, before }) => ({
    words: from === to ? fmt.on.dayAndMonth(from) : spanWords(from, to, fmt),
    now,
    ...(compares ? { before } : {}),
    written: now === null ? 'no number' : fmt.compact(now),
  }))
  const top = groups.reduce((best, one) => ((one.now ?? -1) > (best.now ?? -1) ? one : best))
  return {
    kind: 'bars',
    id: 'chart-views',
    title: `Views by ${range.days <= mostDaily ? 'day' : 'week'}`,
    desc: `${fmt.count(line.total)} views in all. Most: ${top.words}, ${fmt.count(top.now ?? 0)}.`,
    groups,
    heightPx: 190,
  }
}

/** `Nov 1 – 7`, or `Oct 29 – Nov 4` */
const spanWords = (from: string, to: string, fmt: Insights['fmt']): string => {
  const [first, last] = [fmt.on.dayAndMonth(from), fmt.on.dayAndMonth(to)]
  if (from.slice(0, 7) !== to.slice(0, 7)) return `${first} – ${last}`
  const day = String(Number(to.slice(8)))
  return last.endsWith(day) ? `${first} – ${day}` : `${Number(from.slice(8))} – ${last}`
}

type Part = { from: string; to: string; now: number | null; before: number | null }

/** The points of the line, which are days, in weeks if there are many. */
const partsOf = ({ buckets, now, before, bucketsBefore }: Line): Part[] => {
  const size = buckets.length <= mostDaily ? 1 : 7
  const count = Math.max(1, Math.floor(buckets.length / size))
  return Array.from({ length: count }, (_, index) => {
    const first = index * size
    const end = index === count - 1 ? buckets.length : first + size
    return {
      from: buckets[first]?.from ?? '',
      to: buckets[end - 1]?.to ?? '',
      now: addUp(now.slice(first, end)),
      before: bucketsBefore.length === buckets.length ? addUp(before.slice(first, end)) : null,
    }
  })
}
