import { axisStart, type LineSpec } from '../charts/line.ts'
import type { Formats } from '../time/formats.ts'
import { changeOf, differenceOf, type MetricChange } from './changes.ts'
import { lineCompared } from './comparison.ts'
import {
  aDayOf,
  type Line,
  type Mark,
  marksOn,
  noteTips,
  placesOf,
  pointWords,
  ticksOf,
} from './lines.ts'
import { marksOf } from './notes.ts'
import { valueWords } from './own-metrics.ts'
import type { Insights } from './page.ts'
import type { Bucket, Range } from './range.ts'
import { allPosts, type Tile } from './tiles.ts'

/** The chart of the selected metric, with its notes. */
export const mainChart = (insights: Insights, tiles: Tile[], annotations: Mark[]) => {
  const { line, range, fmt, timedPosts, followers } = insights
  const { metric, way } = line
  const isLevel = way === 'level'
  const compared = lineCompared(insights, line)
  // The tile shows a change since the first reading within the range. It is left out here, because
  // it isn't a change since before the range.
  const change = isLevel
    ? differenceOf(followers.since ? null : followers.now, followers.before, fmt)
    : compared && changeOf(compared.now, compared.before, fmt, line.unit)
  const marks = marksOf(insights)
  const spec = drawing(line, {
    range,
    fmt,
    change,
    marks,
    annotations,
    postDays: new Set(timedPosts.map((post) => post.day)),
  })
  const start = axisStart(spec)
  const annotated = marksOn(line.buckets, annotations)
  const notes = insights.notes[metric === 'engagement' ? 'likes' : metric] ?? []
  return {
    id: 'main',
    title: chartTitleOf(line, range),
    spec,
    compares: line.before.length > 0,
    marks,
    hasPosts: spec.below.length > 0,
    notes: [
      ...(line.total === null ? [nothingRead(line)] : []),
      ...(tiles.some((tile) => tile.metric === metric) ? [] : notes),
      ...(isLevel && start !== 0 && line.total !== null
        ? [`The axis begins at ${fmt.count(start)}, not at 0.`]
        : []),
      ...(isLevel ? allPosts(insights) : []),
      ...(way === 'growth' ? gainNotes(insights) : []),
      ...(way === 'average' ? averageNotes(insights) : []),
    ],
    column: { growth: 'Total', level: 'At the end', average: 'Average' }[way],
    isAnnotated: annotated.size > 0,
    rows: line.buckets.map((bucket, index) => {
      const place = index - line.buckets.length
      const earlier = line.bucketsBefore.at(place)
      return {
        words: pointWords(bucket, fmt.on),
        now: wordsOf(line, line.now[index] ?? null, fmt),
        before: wordsOf(line, line.before.at(place) ?? null, fmt),
        wordsBefore: earlier ? pointWords(earlier, fmt.on) : '',
        annotations: (annotated.get(index) ?? []).join('; '),
      }
    }),
  }
}

const wordsOf = (line: Line, value: number | null, fmt: Formats): string =>
  value === null ? 'no number' : valueWords(line, value, fmt)

/** How an average over several posts is computed. */
const averageNotes = ({ line, filters }: Insights): string[] => [
  `${line.label} of the posts published in this period${filters.words === null ? '' : `, only ${filters.words}`}, by the day they were published. Each post counts once, with its newest number: averages can’t be added up.`,
]

/** What the sums include. */
const gainNotes = ({ scope, elsewhere, filters }: Insights): string[] => {
  if (filters.label) {
    const others = [filters.platform, filters.kind].flatMap((one) => one?.label ?? [])
    const limits = others.length > 0 ? `, only ${others.join(' · ')}` : ''
    return [
      `What posts with the label ${filters.label.label} gained in this period, whenever they were published${limits}. Labels count as they are now.`,
      ...(elsewhere.any ? ['Posts not made here have no labels, so they are left out.'] : []),
    ]
  }
  const limits = filters.words === null ? '' : `, only ${filters.words}`
  if (!elsewhere.any)
    return [`What all posts gained in this period, whenever they were published${limits}.`]
  if (scope.made === 'here')
    return [
      `What posts made here gained in this period, whenever they were published${limits}. Posts not made here are left out.`,
    ]
  return [
    `What all posts gained in this period, whenever they were published and wherever they were made${limits}.`,
    'Posts from before an account was connected count from their first reading.',
  ]
}

/** What is shown with a line. `change` is null if nothing can be compared. */
type Drawn = {
  range: Range
  fmt: Formats
  change: MetricChange | null
  marks: Mark[]
  /** Notes of members. They are listed below the chart, so its description only counts them. */
  annotations: Mark[]
  postDays: Set<string>
}

const drawing = (line: Line, drawn: Drawn): LineSpec => {
  const { fmt } = drawn
  const isLevel = line.way === 'level'
  const scale = axisOf(line)
  const scaled = (values: (number | null)[], buckets: Bucket[]) =>
    aDayOf(line, values, buckets).map((value) => (value === null ? null : value / scale.size))
  const places = placesOf(line.buckets)
  const series: LineSpec['series'] = [
    { tone: 'now', label: 'This period', values: scaled(line.now, line.buckets) },
  ]
  // If the two periods differ in length by a point, they are aligned at the end.
  if (line.before.length > 0) {
    const values = scaled(line.before, line.bucketsBefore).slice(-line.buckets.length)
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
    ticks: ticksOf(line.buckets, places, 5, fmt.on),
    tips: line.buckets.map((bucket, index) =>
      [
        tipOf(line, bucket, index, fmt),
        ...(marks.get(index) ?? []),
        ...noteTips(annotations.get(index) ?? []),
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

const chartTitleOf = (line: Line, range: Range): string => {
  const each = range.size === 1 ? 'day' : 'week'
  const { unit } = axisOf(line)
  if (line.way === 'level') return line.label
  if (line.way === 'average') return `${line.label} of posts published each ${each}${unit}`
  return `${line.label} per day${each === 'day' ? '' : ', average of each week'}${unit}`
}

const hourMs = 3_600_000

/** The unit of the axis: milliseconds are shown in hours, minutes or seconds. */
const axisOf = (line: Line): { size: number; unit: string } => {
  if (line.unit === 'count') return { size: 1, unit: '' }
  const most = Math.max(
    ...aDayOf(line, line.now, line.buckets).map((value) => value ?? 0),
    ...aDayOf(line, line.before, line.bucketsBefore).map((value) => value ?? 0),
  )
  if (most >= 2 * hourMs) return { size: hourMs, unit: ', in hours' }
  return most >= 120_000
    ? { size: 60_000, unit: ', in minutes' }
    : { size: 1000, unit: ', in seconds' }
}

const nothingRead = ({ label }: Line): string =>
  `No ${label.toLowerCase()} ${label.endsWith('s') ? 'were' : 'was'} read in this period.`

/** The description of the chart for screen readers, as one sentence. */
const findingOf = (line: Line, { range, fmt, change, marks, annotations }: Drawn): string => {
  const label = line.label.toLowerCase()
  if (line.total === null) return nothingRead(line)
  const values = aDayOf(line, line.now, line.buckets)
  const top = values.reduce<number>(
    (best, value, index) => ((value ?? -1) > (values[best] ?? -1) ? index : best),
    0,
  )
  const most = valueWords(line, Math.round(values[top] ?? 0), fmt)
  const rate = range.size === 1 || line.way !== 'growth' ? '' : ' a day'
  const peak = `Highest: ${most}${rate}, ${pointWords(line.buckets[top]!, fmt.on)}.`
  const count = annotations.length
  const noted = `${fmt.count(count)} ${count === 1 ? 'note is' : 'notes are'} listed below.`
  const marked = [...marks.map(({ words }) => words), ...(count > 0 ? [noted] : [])]
    .map((words) => ` ${words}`)
    .join('')
  if (line.way === 'level') {
    const moved = change ? `, ${change.words} ${change.joins} before these ${range.label}` : ''
    return `${fmt.count(line.total)} at the end${moved}. ${peak}${marked}`
  }
  const moved = change ? `, ${change.words} ${change.joins} in the ${range.label} before` : ''
  const total = valueWords(line, line.total, fmt)
  const said = line.unit === 'count' ? `${total} ${label} in total` : `${line.label}: ${total}`
  return `${said}${moved}. ${peak}${marked}`
}

/** `Tue 17 Nov: 212`. A week shows its daily average, which is drawn, and its sum. */
const tipOf = (line: Line, bucket: Bucket, index: number, fmt: Formats): string => {
  const write = (value: number, days: number): string =>
    days === 1 || line.way !== 'growth'
      ? valueWords(line, value, fmt)
      : `${valueWords(line, Math.round(value / days), fmt)} a day, ${valueWords(line, value, fmt)} in total`
  const now = line.now[index] ?? null
  const place = index - line.buckets.length
  const before = line.before.at(place) ?? null
  const words = `${pointWords(bucket, fmt.on)}: ${now === null ? 'no number' : write(now, bucket.days)}`
  return before === null
    ? words
    : `${words} · before: ${write(before, line.bucketsBefore.at(place)?.days ?? 1)}`
}
