import type { FollowerLevel } from '../../db/insights/followers.ts'
import type { BucketSums } from '../../db/insights/insights.ts'
import { type PostMetric, postMetrics } from '../../platforms/measurer.ts'
import type { LineSpec } from '../charts/line.ts'
import { dayAndMonth, longDate, shortMonthAndYear } from '../time/dates.ts'
import { type Formats, formats } from '../time/formats.ts'
import type { MetricChange } from './changes.ts'
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
export const lineMetrics = [...amountMetrics, 'followers'] as const
export type AmountMetric = (typeof amountMetrics)[number]
export type LineMetric = (typeof lineMetrics)[number]

/** The metrics that add up to an amount. */
export const partsOf = (metric: AmountMetric): PostMetric[] =>
  metric === 'engagement' ? reactionMetrics : postMetrics.filter((one) => one === metric)

/**
 * A line in the chart and its table. `now` and `before` hold the total of each point, not daily
 * averages.
 */
export type Line = {
  metric: LineMetric
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
    metric,
    buckets,
    bucketsBefore,
    now,
    before,
    total: addUp(now),
    totalBefore: addUp(before),
  }
}

/** The followers at the end of each point. */
export const followersLine = (range: Range, { buckets }: Points, levels: FollowerLevel[]): Line => {
  const byDay = new Map(levels.map((one) => [one.day, one.followers]))
  const now = buckets.map((bucket) => byDay.get(bucket.to) ?? null)
  const totalBefore = byDay.get(eveOf(range.from)) ?? null
  return {
    metric: 'followers',
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
/** What is shown with a line. `change` is null if nothing can be compared. */
export type Drawn = {
  range: Range
  fmt: Formats
  change: MetricChange | null
  marks: Mark[]
  /** Notes of members. They are listed below the chart, so its description only counts them. */
  annotations: Mark[]
  postDays: Set<string>
}

export const drawing = (line: Line, drawn: Drawn): LineSpec => {
  const { fmt } = drawn
  const isLevel = line.metric === 'followers'
  const places = placesOf(line.buckets)
  const series: LineSpec['series'] = [
    { tone: 'now', label: 'This period', values: aDayOf(line.now, line.buckets, isLevel) },
  ]
  // If the two periods differ in length by a point, they are aligned at the end.
  if (line.before.length > 0) {
    const values = aDayOf(line.before, line.bucketsBefore, isLevel).slice(-line.buckets.length)
    series.push({ tone: 'before', label: 'Previous', values })
  }
  const marks = marksOn(line.buckets, drawn.marks)
  const annotations = marksOn(line.buckets, drawn.annotations)
  return {
    kind: 'line',
    id: 'chart-main',
    title: chartTitleOf(line, drawn.range),
    desc: findingOf(line, drawn),
    series,
    places,
    ticks: ticksOf(line.buckets, places, 5),
    tips: line.buckets.map((bucket, index) =>
      [
        tipOf(line, bucket, index, fmt),
        ...(marks.get(index) ?? []),
        ...annotationTips(annotations.get(index) ?? []),
      ].join(' · '),
    ),
    heightPx: 220,
    fromZero: !isLevel,
    dots: false,
    marks: [...new Set([...marks.keys(), ...annotations.keys()])],
    below: line.buckets.flatMap(({ from, to }, index) =>
      drawn.range.size === 1 && drawn.postDays.has(from) && from === to ? [index] : [],
    ),
  }
}

/** A small line without labels, shown beside a number. */
export const sparkOf = (line: Line): { places: number[]; values: (number | null)[] } => ({
  places: placesOf(line.buckets),
  values: aDayOf(line.now, line.buckets, line.metric === 'followers'),
})

export const placesOf = (buckets: Bucket[]): number[] =>
  buckets.map((_, index) => (buckets.length === 1 ? 0.5 : index / (buckets.length - 1)))

/** A week is drawn as its daily average, so that points with different lengths are comparable. */
const aDayOf = (values: (number | null)[], buckets: Bucket[], isLevel: boolean) =>
  values.map((value, index) =>
    value === null || isLevel ? value : value / (buckets[index]?.days ?? 1),
  )

/** A tooltip has room for a few notes. */
const annotationTips = (words: string[]): string[] => [
  ...words.slice(0, 3).map((one) => `Note: ${one}`),
  ...(words.length > 3 ? [`${words.length - 3} more in Notes`] : []),
]

/** The words of the marks at each point, by its index. */
export const marksOn = (buckets: Bucket[], marks: Mark[]): Map<number, string[]> => {
  const found = new Map<number, string[]>()
  for (const { day, words } of marks) {
    const index = buckets.findIndex((one) => day >= one.from && day <= one.to)
    if (index >= 0) found.set(index, [...(found.get(index) ?? []), words])
  }
  return found
}

export const chartTitleOf = (line: Line, range: Range): string => {
  const label = metricLabels[line.metric]
  if (line.metric === 'followers') return label
  return range.size === 1 ? `${label} per day` : `${label} per day, average of each week`
}

/** The description of the chart for screen readers, as one sentence. */
const findingOf = (line: Line, { range, fmt, change, marks, annotations }: Drawn): string => {
  const label = metricLabels[line.metric].toLowerCase()
  if (line.total === null) return `No ${label} were read in these days.`
  const values = aDayOf(line.now, line.buckets, line.metric === 'followers')
  const top = values.reduce<number>(
    (best, value, index) => ((value ?? -1) > (values[best] ?? -1) ? index : best),
    0,
  )
  const most = fmt.count(Math.round(values[top] ?? 0))
  const peak = `The most were ${most}${range.size === 1 || line.metric === 'followers' ? '' : ' a day'}, ${pointWords(line.buckets[top]!)}.`
  const count = annotations.length
  const noted = `${fmt.count(count)} ${count === 1 ? 'note is' : 'notes are'} listed below.`
  const marked = [...marks.map(({ words }) => words), ...(count > 0 ? [noted] : [])]
    .map((words) => ` ${words}`)
    .join('')
  if (line.metric === 'followers') {
    const moved = change ? `, ${change.words} ${change.joins} before these ${range.label}` : ''
    return `${fmt.count(line.total)} at the end${moved}. ${peak}${marked}`
  }
  const moved = change ? `, ${change.words} ${change.joins} in the ${range.label} before` : ''
  return `${fmt.count(line.total)} ${label} in all${moved}. ${peak}${marked}`
}

/** `Tue 17 Nov: 212`. A week shows its daily average, which is drawn, and its sum. */
const tipOf = (line: Line, bucket: Bucket, index: number, fmt: Formats): string => {
  const write = (value: number, days: number): string =>
    days === 1 || line.metric === 'followers'
      ? fmt.count(value)
      : `${fmt.count(Math.round(value / days))} a day, ${fmt.count(value)} in all`
  const now = line.now[index] ?? null
  const place = index - line.buckets.length
  const before = line.before.at(place) ?? null
  const words = `${pointWords(bucket)}: ${now === null ? 'no number' : write(now, bucket.days)}`
  return before === null
    ? words
    : `${words} · before: ${write(before, line.bucketsBefore.at(place)?.days ?? 1)}`
}

export const ticksOf = (buckets: Bucket[], places: number[], most: number): LineSpec['ticks'] => {
  const count = Math.min(most, buckets.length)
  const write =
    buckets.length > 0 && (buckets[0]?.from ?? '') < yearBefore(buckets.at(-1)?.to ?? '')
      ? shortMonthAndYear
      : dayAndMonth
  const indexes = Array.from({ length: count }, (_, step) =>
    count === 1 ? 0 : Math.round((step * (buckets.length - 1)) / (count - 1)),
  )
  return indexes.map((index) => ({
    place: places[index] ?? 0,
    words: write(buckets[index]?.to ?? ''),
  }))
}

const yearBefore = (day: string): string => `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`

/**
 * A cache, because all charts and tables of a page format the same points and formatting dates is
 * slow.
 */
const written = new WeakMap<Bucket, string>()

/** `29 October – 25 November 2026`. Always with the year, because a range can be in any year. */
export const spanWords = ({ from, to }: { from: string; to: string }): string => {
  if (from === to) return longDate(to)
  const first = longDate(from)
  return `${from.slice(0, 4) === to.slice(0, 4) ? first.slice(0, -5) : first} – ${longDate(to)}`
}

/** `Tue 17 Nov`, or `Wed 11 Nov – Tue 17 Nov` for a week. */
export const pointWords = (bucket: Bucket): string => {
  const to = new Date(bucket.to)
  const words =
    written.get(bucket) ??
    (bucket.days === 1
      ? formats('UTC').day(to)
      : `${formats('UTC').day(new Date(bucket.from))} – ${formats('UTC').day(to)}`)
  written.set(bucket, words)
  return words
}
