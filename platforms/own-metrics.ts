import type { Measurer, NameOfKind, Numbers, OwnMetric } from './measurer.ts'

/** The platform's own names of what it has besides `postMetrics`, for one kind of post, by metric. */
export const ownNames = (metrics: OwnMetric[], kind: string): Record<string, string> =>
  Object.fromEntries(
    metrics.flatMap(({ name, names }) => (names[kind] === undefined ? [] : [[name, names[kind]]])),
  )

/** The platform's own names of everything that it has for this kind of post, by metric. */
export const allNames = (
  { names, ownMetrics }: Pick<Measurer, 'names' | 'ownMetrics'>,
  kind: string,
): Record<string, string> => ({
  ...names(kind),
  ...ownNames(ownMetrics, kind),
})

/** The names of those whose growth is added up over posts and days. Averages are not. */
export const summedNames = (metrics: OwnMetric[]): string[] =>
  metrics.flatMap(({ name, acrossPosts }) => (acrossPosts === 'sum' ? [name] : []))

/** The metrics of these names. Several metrics may come from one name. */
export const metricsNamed = (
  measurer: Pick<Measurer, 'names' | 'ownMetrics'>,
  given: NameOfKind[],
): string[] => {
  const metrics = given.flatMap(({ kind, name }) =>
    Object.entries(allNames(measurer, kind)).flatMap(([metric, own]) =>
      own === name ? [metric] : [],
    ),
  )
  return [...new Set(metrics)]
}

/**
 * Rounds times to whole milliseconds. Averages may have a fraction, and nobody reads less than a
 * millisecond. A count with a fraction stays as it is, because it isn't a count.
 */
export const inWholeMilliseconds = (metrics: OwnMetric[], given: Numbers): Numbers => {
  const times = new Set(
    metrics.filter(({ unit }) => unit === 'milliseconds').map(({ name }) => name),
  )
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => [
      name,
      value !== undefined && times.has(name) ? Math.round(value) : value,
    ]),
  )
}
