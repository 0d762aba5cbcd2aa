import type { AccountDayRow } from '../../db/insights/insights.ts'
import type { LineSpec } from '../charts/line.ts'
import type { Formats } from '../time/formats.ts'
import { type Line, placesOf, pointWords, ticksOf } from './lines.ts'
import { addUp } from './metrics.ts'
import type { Insights } from './page.ts'
import type { Bucket, Range } from './range.ts'

/** What the second line is called. */
export const postsWords = ({ scope, filters }: Pick<Insights, 'scope' | 'filters'>): string => {
  const words = scope.made === 'here' ? 'posts made here' : 'all its posts'
  return filters.kind ? `${words} (${filters.kind.label})` : words
}

/**
 * Views of the whole account, as counted by the platform, and views of its posts. The difference
 * comes from posts that are not read, such as stories and old posts. Null if the platform gives no
 * account views.
 */
export const wholeChart = (
  days: AccountDayRow[],
  { views, posts }: { views: Line; posts: string },
  range: Range,
  fmt: Formats,
): LineSpec | null => {
  const { buckets } = views
  const whole = buckets.map((bucket) => averageOf(days, bucket))
  if (whole.filter((value) => value !== null).length < 2) return null
  const ours = views.now.map((value, index) => (value === null ? null : value / (buckets[index]?.days ?? 1)))
  const write = (value: number | null) => (value === null ? 'no number' : fmt.count(Math.round(value)))
  const sums = { whole: addUp(days.map((one) => one.views)), ours: views.total }
  const places = placesOf(buckets)
  return {
    kind: 'line',
    id: 'chart-whole',
    title: `Views per day of the whole account and of ${posts}${range.size === 1 ? '' : ', average of each week'}`,
    desc: `${write(sums.whole)} views of the whole account, ${write(sums.ours)} of ${posts}.`,
    series: [
      { tone: 'now', label: 'Whole account', values: whole },
      { tone: 'before', label: posts.charAt(0).toUpperCase() + posts.slice(1), values: ours },
    ],
    places,
    ticks: ticksOf(buckets, places, 5),
    tips: buckets.map(
      (bucket, index) =>
        `${pointWords(bucket)}: whole account ${write(whole[index] ?? null)} · ${posts} ${write(ours[index] ?? null)}`,
    ),
    heightPx: 180,
    fromZero: true,
    dots: false,
    marks: [],
    below: [],
  }
}

/** The average over the days with a number. */
const averageOf = (days: AccountDayRow[], { from, to }: Bucket): number | null => {
  const known = days.flatMap(({ day, views }) => (day >= from && day <= to && views !== null ? [views] : []))
  return known.length === 0 ? null : known.reduce((sum, views) => sum + views, 0) / known.length
}
