import type { AccountDayRow } from '../../db/insights/insights.ts'
import { axisStart, type LineSpec } from '../charts/line.ts'
import type { Formats } from '../time/formats.ts'
import { type Line, type Mark, marksOn, noteTips, placesOf, pointWords, ticksOf } from './lines.ts'
import { addUp } from './metrics.ts'
import { shortDay } from './notes.ts'
import type { Insights } from './page.ts'
import type { Bucket, Range } from './range.ts'

/** What the line of posts is called. */
export const postsWords = ({ scope, filters }: Pick<Insights, 'scope' | 'filters'>): string => {
  const words = scope.made === 'here' ? 'posts made here' : 'all its posts'
  const limits = [filters.kind, filters.label].flatMap((one) => one?.label ?? [])
  return limits.length > 0 ? `${words} (${limits.join(' · ')})` : words
}

type WholeMetric = 'views' | 'reach'
type Shown = { buckets: Bucket[]; range: Range; fmt: Formats; marks: Mark[]; notes: Mark[] }

/**
 * The platform's own numbers of the whole account, one chart for each. Views have the views of its
 * posts beside them: the difference comes from posts that are not read, such as stories and old
 * posts. Reach has not: the reach of posts counts people again. Followers are as of the end of each
 * point. A chart needs two known points. `marks`: catch-ups, connections and changes of the zone.
 * `notes`: of members, which are listed above, so that descriptions only have them in the tips.
 */
export const wholeCharts = (
  days: AccountDayRow[],
  {
    lines,
    posts,
    ...given
  }: { lines: Pick<Insights['lines'], 'views' | 'followers'>; posts: string } & Omit<
    Shown,
    'buckets'
  >,
): LineSpec[] => {
  const shown = { buckets: lines.views.buckets, ...given }
  return [
    viewsChart(days, shown, { views: lines.views, posts }),
    reachChart(days, shown),
    followersChart(lines.followers, shown),
  ].filter((one) => one !== null)
}

const viewsChart = (
  days: AccountDayRow[],
  shown: Shown,
  { views, posts }: { views: Line; posts: string },
): LineSpec | null => {
  const { buckets, range, fmt } = shown
  const whole = buckets.map((bucket) => averageOf(days, bucket, 'views'))
  if (whole.filter((value) => value !== null).length < 2) return null
  const ours = views.now.map((value, index) =>
    value === null ? null : value / (buckets[index]?.days ?? 1),
  )
  const write = writer(fmt)
  const sum = write(addUp(days.map((one) => one.views)))
  return {
    ...frame(shown),
    id: 'chart-whole',
    title: `Views per day of the whole account and of ${posts}${average(range)}`,
    desc: `${sum} views of the whole account${knownDays(days, range, 'views')}, ${write(views.total)} of ${posts}.${markedWords(shown)}`,
    series: [
      { tone: 'now', label: 'Whole account', values: whole },
      { tone: 'before', label: posts.charAt(0).toUpperCase() + posts.slice(1), values: ours },
    ],
    tips: marked(
      shown,
      (bucket, index) =>
        `${pointWords(bucket, fmt.on)}: whole account ${write(whole[index] ?? null)} · ${posts} ${write(ours[index] ?? null)}`,
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
    desc: `The most people were reached on ${shortDay(top.day, fmt)}: ${write(top.reach)}${knownDays(days, range, 'reach')}.${markedWords(shown)}`,
    series: [{ tone: 'now', label: 'Whole account', values }],
    tips: marked(
      shown,
      (bucket, index) => `${pointWords(bucket, fmt.on)}: reach ${write(values[index] ?? null)}`,
    ),
  }
}

const followersChart = (line: Line, shown: Shown): LineSpec | null => {
  const { fmt } = shown
  if (line.now.filter((value) => value !== null).length < 2) return null
  const write = writer(fmt)
  const first = line.now.find((value) => value !== null) ?? null
  const spec: LineSpec = {
    ...frame(shown),
    id: 'chart-whole-followers',
    title: `Followers at the end of each ${shown.range.size === 1 ? 'day' : 'week'}`,
    desc: '',
    series: [{ tone: 'now', label: 'Followers', values: line.now }],
    tips: marked(
      shown,
      (bucket, index) =>
        `${pointWords(bucket, fmt.on)}: ${write(line.now[index] ?? null)} followers`,
    ),
    fromZero: false,
  }
  const start = axisStart(spec)
  const axis = start === 0 ? '' : ` The axis begins at ${fmt.count(start)}, not at 0.`
  const desc = `From ${write(first)} to ${write(line.now.findLast((value) => value !== null) ?? null)} followers.${axis}${markedWords(shown)}`
  return { ...spec, desc }
}

/** The same as a table, for platforms that report nothing else of the whole account. */
export const followerRows = ({ lines, fmt }: Pick<Insights, 'lines' | 'fmt'>) => {
  const { buckets, now } = lines.followers
  return buckets.map((bucket, index) => ({
    words: pointWords(bucket, fmt.on),
    now: writer(fmt)(now[index] ?? null),
  }))
}

/** The tips, with the marks and notes at each point. */
const marked = (
  { buckets, marks, notes }: Shown,
  tipOf: (bucket: Bucket, index: number) => string,
): string[] => {
  const [events, written] = [marksOn(buckets, marks), marksOn(buckets, notes)]
  return buckets.map((bucket, index) =>
    [
      tipOf(bucket, index),
      ...(events.get(index) ?? []),
      ...noteTips(written.get(index) ?? []),
    ].join(' · '),
  )
}

const markedWords = ({ marks }: Shown): string => marks.map(({ words }) => ` ${words}`).join('')

const frame = ({ buckets, fmt, marks, notes }: Shown) => {
  const places = placesOf(buckets)
  const ticks = ticksOf(buckets, places, 5, fmt.on)
  return {
    kind: 'line' as const,
    places,
    ticks,
    heightPx: 180,
    fromZero: true,
    dots: false,
    marks: [...marksOn(buckets, [...marks, ...notes]).keys()],
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

/** Why there are only followers. `hasDays`: whether the platform reports whole accounts at all. */
export const onlyFollowersWords = (label: string, hasDays: boolean): string =>
  hasDays
    ? `${label} has no views and reach of the whole account for this period. A day’s numbers arrive two days later. What is above and below is of posts.`
    : `${label} doesn’t report views and reach of the whole account, so what is above and below is of posts.`

/** What a reader has to know about days without a number. Empty if there are none. */
export const missingWords = (days: AccountDayRow[], range: Range, label: string): string => {
  const known = days.filter((one) => one.views !== null || one.reach !== null).length
  if (known === 0 || known >= range.days) return ''
  return `${label} reported numbers for ${known} of these ${range.days} days. A day’s numbers arrive two days later, or when a missed day is read again. Until then, the line has a gap.`
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
