import type { FollowerLevel } from '../../db/insights/followers.ts'
import type { BucketSums } from '../../db/insights/insights.ts'
import { type OwnMetric, type PostMetric, postMetrics } from '../../platforms/measurer.ts'
import type { LineSpec } from '../charts/line.ts'
import type { CalendarDates } from '../time/dates.ts'
import { addUp, metricLabels, reactionMetrics } from './metrics.ts'
import { type Bucket, bucketsOf, type Range } from './range.ts'

/** The metrics of lines. Amounts add up over days; followers are a level. */
export const amountMetrics = [
  'views',
  'reach',
  'engagement',
  'likes',
  'comments',
  'shares',
  'saves',
] as const
export type AmountMetric = (typeof amountMetrics)[number]
export type LineMetric = AmountMetric | 'followers'

/** The metrics that add up to an amount. */
export const partsOf = (metric: AmountMetric): PostMetric[] =>
  metric === 'engagement' ? reactionMetrics : postMetrics.filter((one) => one === metric)

/**
 * A line in the chart and its table. `now` and `before` hold the total of each point, not daily
 * averages.
 */
export type Line = {
  /** A `LineMetric`, or the name of a platform's own metric. */
  metric: string
  label: string
  unit: OwnMetric['unit']
  /**
   * `growth` adds up over days. `level` is as of the end of a point. `average` is over the posts
   * published at a point, with their newest numbers, so that each post counts once.
   */
  way: 'growth' | 'level' | 'average'
  buckets: Bucket[]
  bucketsBefore: Bucket[]
  now: (number | null)[]
  before: (number | null)[]
  total: number | null
  totalBefore: number | null
}

/** The points of all lines of a page. Computed once, because date arithmetic is slow. */
export type Points = { buckets: Bucket[]; bucketsBefore: Bucket[] }

/** `compares`: whether there are numbers for the whole period before. */
export const pointsOf = (range: Range, compares: boolean): Points => ({
  buckets: bucketsOf(range, range.size),
  bucketsBefore: compares && range.before ? bucketsOf(range.before, range.size) : [],
})

export const lineOf = (
  metric: AmountMetric,
  { buckets, bucketsBefore }: Points,
  sums: BucketSums[],
): Line => {
  const parts = partsOf(metric)
  const valuesOf = (points: Bucket[], isBefore: boolean): (number | null)[] => {
    const own = sums.filter((one) => one.isBefore === isBefore)
    const byBack = new Map(own.map((one) => [one.back, addUp(parts.map((part) => one[part]))]))
    return points.map((_, index) => byBack.get(points.length - 1 - index) ?? null)
  }
  const [now, before] = [valuesOf(buckets, false), valuesOf(bucketsBefore, true)]
  return {
    ...{ metric, label: metricLabels[metric], unit: 'count', way: 'growth' },
    ...{ buckets, bucketsBefore, now, before },
    total: addUp(now),
    totalBefore: addUp(before),
  }
}

/** The lines of the metrics that all platforms may have. */
export type CommonLines = Record<LineMetric, Line>

export const linesOf = (
  range: Range,
  points: Points,
  sums: BucketSums[],
  levels: FollowerLevel[],
): CommonLines => {
  const lines = amountMetrics.map((metric): [AmountMetric, Line] => [
    metric,
    lineOf(metric, points, sums),
  ])
  return {
    ...(Object.fromEntries(lines) as Record<AmountMetric, Line>),
    followers: followersLine(range, points, levels),
  }
}

/** The followers at the end of each point. */
export const followersLine = (range: Range, { buckets }: Points, levels: FollowerLevel[]): Line => {
  const byDay = new Map(levels.map((one) => [one.day, one.followers]))
  const now = buckets.map((bucket) => byDay.get(bucket.to) ?? null)
  const totalBefore = byDay.get(eveOf(range.from)) ?? null
  return {
    ...{ metric: 'followers', label: metricLabels.followers, unit: 'count', way: 'level' },
    buckets,
    bucketsBefore: [],
    now,
    before: [],
    total: now.at(-1) ?? null,
    totalBefore,
  }
}

export const eveOf = (day: string): string =>
  new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10)

/**
 * An event at a point of a line: readings were missing, an account joined or the time zone changed.
 */
export type Mark = { day: string; words: string }
/** A small line without labels, shown beside a number. */
export const sparkOf = (line: Line): { places: number[]; values: (number | null)[] } => ({
  places: placesOf(line.buckets),
  values: aDayOf(line, line.now, line.buckets),
})

export const placesOf = (buckets: Bucket[]): number[] =>
  buckets.map((_, index) => (buckets.length === 1 ? 0.5 : index / (buckets.length - 1)))

/** A week is drawn as its daily average, so that points with different lengths are comparable. */
export const aDayOf = (
  { way }: Pick<Line, 'way'>,
  values: (number | null)[],
  buckets: Bucket[],
): (number | null)[] =>
  values.map((value, index) =>
    value === null || way !== 'growth' ? value : value / (buckets[index]?.days ?? 1),
  )

/** The words of the marks at each point, by its index. */
export const marksOn = (buckets: Bucket[], marks: Mark[]): Map<number, string[]> => {
  const found = new Map<number, string[]>()
  for (const { day, words } of marks) {
    const index = buckets.findIndex((one) => day >= one.from && day <= one.to)
    if (index >= 0) found.set(index, [...(found.get(index) ?? []), words])
  }
  return found
}

export const ticksOf = (
  buckets: Bucket[],
  places: number[],
  most: number,
  on: CalendarDates,
): LineSpec['ticks'] => {
  const count = Math.min(most, buckets.length)
  const write =
    buckets.length > 0 && (buckets[0]?.from ?? '') < yearBefore(buckets.at(-1)?.to ?? '')
      ? on.shortMonthAndYear
      : on.dayAndMonth
  const indexes = Array.from({ length: count }, (_, step) =>
    count === 1 ? 0 : Math.round((step * (buckets.length - 1)) / (count - 1)),
  )
  return indexes.map((index) => ({
    place: places[index] ?? 0,
    words: write(buckets[index]?.to ?? ''),
  }))
}

const yearBefore = (day: string): string => `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`

/** `Tue, Nov 17`, or `Wed, Nov 11 – Tue, Nov 17` for a week. With the year if it is not this one. */
export const pointWords = (bucket: Bucket, on: CalendarDates): string => {
  const year = String(new Date().getUTCFullYear())
  const to = on.day(bucket.to, year)
  return bucket.days === 1 ? to : `${on.day(bucket.from, year)} – ${to}`
}

/** A tooltip has room for a few notes. */
export const noteTips = (words: string[]): string[] => [
  ...words.slice(0, 3).map((one) => `Note: ${one}`),
  ...(words.length > 3 ? [`${words.length - 3} more in Notes`] : []),
]
