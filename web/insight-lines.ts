import type { BucketSums, FollowerLevel } from '../db/insights.ts'
import type { PostMetric } from '../platforms/measurer.ts'
import type { LineSpec } from './charts/line.ts'
import { type Formats, formats } from './formats.ts'
import { changeOf } from './insight-changes.ts'
import { addUp, metricLabels } from './insight-metrics.ts'
import { type Bucket, bucketsOf, type Range } from './insight-range.ts'

/** One line as it is drawn and as its table lists it. `now` and `before` are whole amounts of the points. */
export type Line = {
  metric: PostMetric | 'followers'
  buckets: Bucket[]
  bucketsBefore: Bucket[]
  now: (number | null)[]
  before: (number | null)[]
  total: number | null
  totalBefore: number | null
}

/** The points of every line of a page: reckoned once, since reckoning with dates is slow. */
export type Points = { buckets: Bucket[]; bucketsBefore: Bucket[] }

/** `compares`: there are numbers of the whole period before. */
export const pointsOf = (range: Range, compares: boolean): Points => ({
  buckets: bucketsOf(range, range.size),
  bucketsBefore: compares && range.before ? bucketsOf(range.before, range.size) : [],
})

export const lineOf = (metric: PostMetric, { buckets, bucketsBefore }: Points, sums: BucketSums[]): Line => {
  const valuesOf = (points: Bucket[], isBefore: boolean): (number | null)[] => {
    const byBack = new Map(sums.filter((one) => one.isBefore === isBefore).map((one) => [one.back, one[metric]]))
    return points.map((_, index) => byBack.get(points.length - 1 - index) ?? null)
  }
  const [now, before] = [valuesOf(buckets, false), valuesOf(bucketsBefore, true)]
  return { metric, buckets, bucketsBefore, now, before, total: addUp(now), totalBefore: addUp(before) }
}

/** Followers are a level: the line has it at the end of each point, and what was before is the level on the eve. */
export const followersLine = (range: Range, { buckets }: Points, levels: FollowerLevel[]): Line => {
  const byDay = new Map(levels.map((one) => [one.day, one.followers]))
  const now = buckets.map((bucket) => byDay.get(bucket.to) ?? null)
  const totalBefore = byDay.get(eveOf(range.from)) ?? now.find((level) => level !== null) ?? null
  return { metric: 'followers', buckets, bucketsBefore: [], now, before: [], total: now.at(-1) ?? null, totalBefore }
}

export const eveOf = (day: string): string => new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10)

/** Two of the same line can be drawn on one page only with ids of their own. */
export const drawing = (line: Line, range: Range, fmt: Formats, size: 'large' | 'small'): LineSpec => {
  const isLevel = line.metric === 'followers'
  const aDay = (values: (number | null)[], buckets: Bucket[]) =>
    values.map((value, index) => (value === null || isLevel ? value : value / (buckets[index]?.days ?? 1)))
  const places = line.buckets.map((_, index) => (line.buckets.length === 1 ? 0.5 : index / (line.buckets.length - 1)))
  const series: LineSpec['series'] = [{ tone: 'now', values: aDay(line.now, line.buckets) }]
  // Where the two periods differ in length by a point, the ends are laid over each other.
  if (line.before.length > 0)
    series.push({ tone: 'before', values: aDay(line.before, line.bucketsBefore).slice(-line.buckets.length) })
  return {
    kind: 'line',
    id: `chart-${line.metric}`,
    title: titleOf(line, range),
    desc: findingOf(line, range, fmt),
    series,
    places,
    ticks: ticksOf(line.buckets, places, size === 'large' ? 5 : 3),
    tips: size === 'large' ? line.buckets.map((bucket, index) => tipOf(line, bucket, index, fmt)) : [],
    heightPx: size === 'large' ? 220 : 120,
    fromZero: !isLevel,
    dots: false,
  }
}

export const titleOf = (line: Line, range: Range): string => {
  const label = metricLabels[line.metric]
  if (line.metric === 'followers') return label
  return range.size === 1 ? `${label} a day` : `${label} a day, average of each week`
}

/** The one sentence that a screen reader hears for the picture. */
const findingOf = (line: Line, range: Range, fmt: Formats): string => {
  const label = metricLabels[line.metric].toLowerCase()
  if (line.total === null) return `No ${label} were read in these days.`
  const top = line.now.reduce<number>((best, value, index) => ((value ?? -1) > (line.now[best] ?? -1) ? index : best), 0)
  const peak = `The most were ${fmt.count(line.now[top] ?? 0)}, ${pointWords(line.buckets[top]!)}.`
  if (line.metric === 'followers') {
    return `${fmt.count(line.total)} at the end, ${fmt.count(line.totalBefore ?? line.total)} before these ${range.label}. ${peak}`
  }
  const change = changeOf(line.total, line.totalBefore, fmt)
  return `${fmt.count(line.total)} ${label} in all${change ? `, ${change.words} than in the ${range.label} before` : ''}. ${peak}`
}

const tipOf = (line: Line, bucket: Bucket, index: number, fmt: Formats): string => {
  const now = line.now[index] ?? null
  const before = line.before.at(index - line.buckets.length) ?? null
  const words = `${pointWords(bucket)}: ${now === null ? 'no number' : fmt.count(now)}`
  return before === null ? words : `${words} · before: ${fmt.count(before)}`
}

const short = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', day: 'numeric', month: 'short' })
const monthly = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', month: 'short', year: 'numeric' })

const ticksOf = (buckets: Bucket[], places: number[], most: number): LineSpec['ticks'] => {
  const count = Math.min(most, buckets.length)
  const write = buckets.length > 0 && (buckets[0]?.from ?? '') < yearBefore(buckets.at(-1)?.to ?? '') ? monthly : short
  const indexes = Array.from({ length: count }, (_, step) =>
    count === 1 ? 0 : Math.round((step * (buckets.length - 1)) / (count - 1)),
  )
  return indexes.map((index) => ({ place: places[index] ?? 0, words: write.format(new Date(buckets[index]?.to ?? '')) }))
}

const yearBefore = (day: string): string => `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`

/** Every chart and table of a page writes the same points, and writing dates is slow. */
const written = new WeakMap<Bucket, string>()

/** `Tue 17 Nov`, or `11 Nov – 17 Nov` of a week. */
export const pointWords = (bucket: Bucket): string => {
  const [from, to] = [new Date(bucket.from), new Date(bucket.to)]
  const words =
    written.get(bucket) ?? (bucket.days === 1 ? formats('UTC').day(to) : `${short.format(from)} – ${formats('UTC').day(to)}`)
  written.set(bucket, words)
  return words
}
