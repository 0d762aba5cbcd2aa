import type { AccountDayRow } from '../../db/insights/insights.ts'
import type { LineSpec } from '../charts/line.ts'
import type { Formats } from '../time/formats.ts'
import { type Line, placesOf, pointWords, ticksOf } from './lines.ts'
import { addUp } from './metrics.ts'
import { shortDay } from './notes.ts'
import type { Insights } from './page.ts'
import type { Bucket, Range } from './range.ts'

/** What the line of posts is called. */
export const postsWords = ({ scope, filters }: Pick<Insights, 'scope' | 'filters'>): string => {
  const words = scope.made === 'here' ? 'posts made here' : 'all its posts'
  return filters.kind ? `${words} (${filters.kind.label})` : words
}

type WholeMetric = 'views' | 'reach'
type Shown = { buckets: Bucket[]; range: Range; fmt: Formats }

/**
 * The platform's own numbers of the whole account, one chart for each. Views have the views of its
 * posts beside them: the difference comes from posts that are not read, such as stories and old
 * posts. Reach has not: the reach of posts counts people again. A chart needs two known points.
 */
export const wholeCharts = (
  days: AccountDayRow[],
  {
    lines,
    posts,
    marks,
    range,
    fmt,
  }: { lines: Pick<Insights['lines'], 'views'>; posts: string; marks: string[] } & Omit<
    Shown,
    'buckets'
  >,
): LineSpec[] => {
  const shown = { buckets: lines.views.buckets, range, fmt }
  return [
    viewsChart(days, shown, { views: lines.views, posts, marks }),
    reachChart(days, shown),
  ].filter((one) => one !== null)
}

const viewsChart = (
  days: AccountDayRow[],
  shown: Shown,
  { views, posts, marks }: { views: Line; posts: string; marks: string[] },
): LineSpec | null => {
  const { buckets, range, fmt } = shown
  const whole = buckets.map((bucket) => averageOf(days, bucket, 'views'))
  if (whole.filter((value) => value !== null).length < 2) return null
  const ours = views.now.map((value, index) =>
    value === null ? null : value / (buckets[index]?.days ?? 1),
  )
  const write = writer(fmt)
  const sum = write(addUp(days.map((one) => one.views)))
  const gaps = marks.map((words) => ` ${words}`).join('')
  return {
    ...frame(shown),
    id: 'chart-whole',
    title: `Views per day of the whole account and of ${posts}${average(range)}`,
    desc: `${sum} views of the whole account${knownDays(days, range, 'views')}, ${write(views.total)} of ${posts}.${gaps}`,
    series: [
      { tone: 'now', label: 'Whole account', values: whole },
      { tone: 'before', label: posts.charAt(0).toUpperCase() + posts.slice(1), values: ours },
    ],
    tips: buckets.map(
      (bucket, index) =>
        `${pointWords(bucket)}: whole account ${write(whole[index] ?? null)} · ${posts} ${write(ours[index] ?? null)}`,
    ),
  }
}

const reachChart = (days: AccountDayRow[], shown: Shown): LineSpec | null => {
  const { buckets, range, fmt } = shown
  const values = buckets.map((bucket) => averageOf(days, bucket, 'reach'))
  if (values.filter((value) => value !== null).length < 2) return null
  const write = writer(fmt)
  const top = days.reduce((best, one) => ((one.reach ?? -1) > (best.reach ?? -1) ? one : best))
  return {
    ...frame(shown),
    id: 'chart-whole-reach',
    title: `Reach per day of the whole account${average(range)}`,
    desc: `The most people were reached on ${shortDay(top.day, fmt)}: ${write(top.reach)}${knownDays(days, range, 'reach')}.`,
    series: [{ tone: 'now', label: 'Whole account', values }],
    tips: buckets.map(
      (bucket, index) => `${pointWords(bucket)}: reach ${write(values[index] ?? null)}`,
    ),
  }
}

const frame = ({ buckets }: Shown) => {
  const places = placesOf(buckets)
  const ticks = ticksOf(buckets, places, 5)
  return {
    kind: 'line' as const,
    places,
    ticks,
    heightPx: 180,
    fromZero: true,
    dots: false,
    marks: [],
    below: [],
  }
}

const writer = (fmt: Formats) => (value: number | null) =>
  value === null ? 'no number' : fmt.count(Math.round(value))

const average = ({ size }: Range): string => (size === 1 ? '' : ', average of each week')

/** ` on 26 of 28 days`. Empty if every day is known. */
const knownDays = (days: AccountDayRow[], range: Range, metric: WholeMetric): string => {
  const known = days.filter((one) => one[metric] !== null).length
  return known < range.days ? ` on ${known} of ${range.days} days` : ''
}

/** What a reader has to know about days without a number. Empty if there are none. */
export const missingWords = (days: AccountDayRow[], range: Range, label: string): string => {
  const known = days.filter((one) => one.views !== null || one.reach !== null).length
  if (known === 0 || known >= range.days) return ''
  return `${label} gave numbers for ${known} of these ${range.days} days. A day’s numbers come two days later, or when a missed day is read again; until then, the line has a gap.`
}

/** The average over the days with a number. */
const averageOf = (
  days: AccountDayRow[],
  { from, to }: Bucket,
  metric: WholeMetric,
): number | null => {
  const known = days.flatMap((one) => (one.day >= from && one.day <= to ? (one[metric] ?? []) : []))
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}
