import { rollups } from 'd3-array'
import type { OwnAccountSum, OwnAverage, OwnPointSum } from '../../db/insights/own-days.ts'
import type { Registry } from '../../platforms/index.ts'
import type { OwnMetric } from '../../platforms/measurer.ts'
import type { Compared } from './changes.ts'
import type { Line, Points } from './lines.ts'
import { addUp } from './metrics.ts'
import { ownMetricsOf } from './own-metrics.ts'
import type { Bucket } from './range.ts'
import type { LabeledAccount } from './standing.ts'

/**
 * The platforms' own numbers over days. Those that can be added up are lines of growth, like the
 * metrics that all platforms have. Averages can't be added up, so each point of their line is the
 * average of the posts published at that point.
 */
export type OwnNumbers = {
  metrics: OwnMetric[]
  lines: Line[]
  /** Only of accounts that joined or left, because these are not compared. */
  apart: { now: OwnAccountSum[]; before: OwnAccountSum[] }
  averages: OwnAverage[]
  /** Of the accounts in the table. */
  shown: OwnAccountSum[]
}

/** The metrics that the platforms of these accounts declare for this format. */
export const ownMetricsIn = (
  { platforms }: Registry,
  accounts: LabeledAccount[],
  kind: string | null,
): OwnMetric[] => {
  const names = new Set(accounts.map((one) => one.platform))
  return ownMetricsOf([...platforms.values()].filter((one) => names.has(one.name))).filter(
    (metric) => kind === null || metric.names[kind] !== undefined,
  )
}

export const averageNames = (metrics: OwnMetric[]): string[] =>
  metrics.flatMap(({ name, acrossPosts }) => (acrossPosts === 'average' ? [name] : []))

export const ownLinesOf = (
  metrics: OwnMetric[],
  points: Points,
  sums: OwnPointSum[],
  averages: OwnAverage[],
): Line[] =>
  metrics.map(({ name, label, unit, acrossPosts }): Line => {
    const { buckets, bucketsBefore } = points
    const frame = { metric: name, label, unit, buckets, bucketsBefore }
    if (acrossPosts === 'average') {
      const own = averages.filter((one) => one.name === name)
      return {
        ...{ ...frame, way: 'average' },
        now: placed(buckets, meansByPoint(own, false)),
        before: placed(bucketsBefore, meansByPoint(own, true)),
        total: meanOf(own.filter((one) => !one.isBefore)),
        totalBefore: meanOf(own.filter((one) => one.isBefore)),
      }
    }
    const of = (isBefore: boolean) =>
      new Map(
        sums
          .filter((one) => one.name === name && one.isBefore === isBefore)
          .map((one) => [one.back, one.sum]),
      )
    const [now, before] = [placed(buckets, of(false)), placed(bucketsBefore, of(true))]
    return { ...frame, way: 'growth', now, before, total: addUp(now), totalBefore: addUp(before) }
  })

const placed = (points: Bucket[], byBack: Map<number, number | null>): (number | null)[] =>
  points.map((_, index) => byBack.get(points.length - 1 - index) ?? null)

const meansByPoint = (averages: OwnAverage[], isBefore: boolean): Map<number, number | null> =>
  new Map(
    rollups(
      averages.filter((one) => one.isBefore === isBefore),
      meanOf,
      (one) => one.back,
    ),
  )

/** Over all posts, so that each counts once. Null if there are none. */
const meanOf = (averages: Pick<OwnAverage, 'sum' | 'posts'>[]): number | null => {
  const posts = averages.reduce((count, one) => count + one.posts, 0)
  return posts === 0 ? null : averages.reduce((sum, one) => sum + one.sum, 0) / posts
}

/**
 * The range and the period before, without the accounts in `apart`. Null if either has no number.
 */
export const ownCompared = (
  line: Line,
  { apart, averages }: OwnNumbers,
  isApart: (channelId: string) => boolean,
): Compared | null => {
  const { metric, total, totalBefore } = line
  if (total === null || totalBefore === null) return null
  if (line.way === 'average') {
    const own = averages.filter((one) => one.name === metric && !one.isApart)
    const now = meanOf(own.filter((one) => !one.isBefore))
    const before = meanOf(own.filter((one) => one.isBefore))
    return now === null || before === null ? null : { now, before }
  }
  const of = (sums: OwnAccountSum[]): number =>
    addUp(sums.flatMap((one) => (one.name === metric && isApart(one.channelId) ? one.sum : []))) ??
    0
  return { now: total - of(apart.now), before: totalBefore - of(apart.before) }
}
