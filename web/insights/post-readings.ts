import {
  listNumbersOfPost,
  listReadingsOfPost,
  type MeasuredPost,
  type Reading,
} from '../../db/insights/post-numbers.ts'
import { postMetrics } from '../../platforms/measurer.ts'
import { csvTable } from '../../text/csv.ts'
import type { LineSpec } from '../charts/line.ts'
import type { WebDeps } from '../http/env.ts'
import type { Formats } from '../time/formats.ts'
import {
  columnOf,
  metricValue,
  ownMetricsOf,
  type ShownMetric,
  shownMetrics,
  valueWords,
} from './own-metrics.ts'
import { type ShownNumber, shownNumbers } from './post-numbers.ts'

/** A target of a post with all its readings, oldest first. */
export type TargetReadings = { post: MeasuredPost; readings: Reading[] }

/** Null if the post has no measured target, or is not in the workspace. */
export const loadPostReadings = async (
  deps: Pick<WebDeps, 'sql'>,
  workspaceId: string,
  postId: string,
): Promise<TargetReadings[] | null> => {
  const posts = await listNumbersOfPost(deps.sql, { workspaceId, postId })
  if (posts.length === 0) return null
  const readings = await listReadingsOfPost(deps.sql, { workspaceId, postId })
  return posts.map((post) => readingsOf(post, readings))
}

export const readingsOf = (post: MeasuredPost, all: Reading[]): TargetReadings => ({
  post,
  readings: all.filter((one) => one.id === post.id),
})

/** The numbers of a target, as shown on its card. */
export type NumbersView = {
  numbers: ShownNumber[]
  takenAt: Date | null
  source: string
  absentAt: Date | null
  /**
   * The name of the platform if it has given no numbers for this post. The post may still be
   * public.
   */
  ungivenBy: string | null
  chart: LineSpec | null
  rows: { takenAt: Date; words: string[] }[]
}

export const numbersView = (
  deps: WebDeps,
  { post, readings }: TargetReadings,
  fmt: Formats,
): NumbersView => {
  const platform = deps.platforms.platforms.get(post.platform)
  const metrics = shownMetrics(platform, post.kind, post.more)
  return {
    numbers: shownNumbers(platform, post, fmt),
    takenAt: post.takenAt,
    source: readings.at(-1)?.source ?? '',
    ...absenceOf(deps, post),
    chart:
      readings.filter((one) => one.views !== null).length > 1 ? curveOf(post, readings, fmt) : null,
    rows: readings.map((one) => ({
      takenAt: one.takenAt,
      words: metrics.map((metric) => wordsOf(metric, metricValue(one, metric.metric), fmt)),
    })),
  }
}

const wordsOf = (metric: ShownMetric, value: number | null, fmt: Formats): string =>
  value === null ? '–' : valueWords(metric, value, fmt)

const absenceOf = (
  deps: WebDeps,
  post: MeasuredPost,
): Pick<NumbersView, 'absentAt' | 'ungivenBy'> => {
  const platform = deps.platforms.platforms.get(post.platform)
  const isTold = platform?.measure.tellsAbsence(post.kind) ?? true
  return isTold
    ? { absentAt: post.absentAt, ungivenBy: null }
    : { absentAt: null, ungivenBy: post.absentAt && (platform?.label ?? null) }
}

/**
 * The growth of views since publication. Each dot is a reading; the line between two dots is
 * interpolated.
 */
const curveOf = (post: MeasuredPost, readings: Reading[], fmt: Formats): LineSpec => {
  const begin = post.publishedAt.getTime()
  const spanMs = Math.max(1, (readings.at(-1)?.takenAt.getTime() ?? begin) - begin)
  const last = readings.findLast((one) => one.views !== null)
  return {
    kind: 'line',
    id: `curve-${post.id}`,
    title: 'Views since publishing',
    desc: `${fmt.count(last?.views ?? 0)} views ${ageWords(spanMs)} after publishing, read ${readings.length} times.`,
    series: [{ tone: 'now', label: 'Views', values: readings.map((one) => one.views) }],
    places: readings.map((one) =>
      Math.min(1, Math.max(0, (one.takenAt.getTime() - begin) / spanMs)),
    ),
    ticks: [0, 0.5, 1].map((place) => ({
      place,
      words: place === 0 ? 'published' : ageWords(spanMs * place),
    })),
    tips: [],
    heightPx: 110,
    fromZero: true,
    dots: readings.length <= 40,
    marks: [],
    below: [],
  }
}

const ageWords = (ms: number): string => {
  const hours = ms / 3_600_000
  if (hours < 48) return `${Math.round(hours)} h`
  const days = Math.round(hours / 24)
  return days < 120 ? `${days} days` : `${Math.round(days / 30.4)} months`
}

/** Columns of metrics that only some platforms have come last. */
export const readingsCsv = (
  { platforms }: WebDeps['platforms'],
  targets: TargetReadings[],
): string => {
  const own = ownMetricsOf(
    [...platforms.values()].filter(({ name }) =>
      targets.some(({ post }) => post.platform === name),
    ),
  )
  return csvTable([
    ['taken_at', 'platform', 'account', ...postMetrics, 'source', ...own.map(columnOf)],
    ...targets.flatMap(({ post, readings }) =>
      readings.map((one) => [
        one.takenAt.toISOString(),
        post.platform,
        post.channelName,
        ...postMetrics.map((metric) => one[metric]),
        one.source,
        ...own.map(({ name }) => one.more[name]),
      ]),
    ),
  ])
}
