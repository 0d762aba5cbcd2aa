import type { Sums } from '../../db/insights/insights.ts'
import type { MeasuredPost } from '../../db/insights/post-numbers.ts'
import { type OwnMetric, postMetrics } from '../../platforms/measurer.ts'
import type { Platform } from '../../platforms/platform.ts'
import type { Formats } from '../time/formats.ts'
import { metricLabels } from './metrics.ts'

/** A metric as pages show it: one of `postMetrics`, or one that a platform declares itself. */
export type ShownMetric = { metric: string; label: string; unit: OwnMetric['unit'] }

/**
 * The metrics to show for a post of this kind. Of the platform's own metrics, those that the kind
 * has, and those that `more` has a number for.
 */
export const shownMetrics = (
  platform: Platform | undefined,
  kind: string,
  more: MeasuredPost['more'],
): ShownMetric[] => [
  ...postMetrics.map(
    (metric): ShownMetric => ({ metric, label: metricLabels[metric], unit: 'count' }),
  ),
  ...(platform?.measure.ownMetrics ?? [])
    .filter(({ name, names }) => names[kind] !== undefined || more[name] !== undefined)
    .map(({ name, label, unit }) => ({ metric: name, label, unit })),
]

/** Null if there is none. */
export const metricValue = (
  numbers: Sums & Pick<MeasuredPost, 'more'>,
  metric: string,
): number | null => {
  const common = postMetrics.find((one) => one === metric)
  return common ? numbers[common] : (numbers.more[metric] ?? null)
}

/** `12,945`, or `4.2 s` and `3 h 12 min` for milliseconds. */
export const valueWords = (
  { unit }: Pick<ShownMetric, 'unit'>,
  value: number,
  fmt: Formats,
): string => (unit === 'milliseconds' ? fmt.timeSpent(value) : fmt.count(value))

/** The metrics that these platforms declare, each once. */
export const ownMetricsOf = (platforms: Platform[]): OwnMetric[] => [
  ...new Map(
    platforms.flatMap(({ measure }) => measure.ownMetrics.map((one) => [one.name, one])),
  ).values(),
]

/** The column in CSV: `profile_visits`, `watch_time_ms`. */
export const columnOf = ({ name, unit }: OwnMetric): string =>
  unit === 'milliseconds' ? `${name}_ms` : name
