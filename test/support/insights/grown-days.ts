import type { BucketSums } from '../../../db/insights/insights.ts'
import { metricColumns } from '../../../db/insights/metric-columns.ts'
import type { OwnPointSum } from '../../../db/insights/own-days.ts'
import { postMetrics } from '../../../platforms/measurer.ts'
import type { TestApp } from '../app.ts'

/** The platform's own number in tests of days. */
export const own = 'watch_time'

/**
 * What the days should have: growth by account, format, day and metric, worked out here from each
 * reading as it is made.
 */
export const ledger = () => {
  const sums = new Map<string, number>()
  const add = (key: string, gain: number) => sums.set(key, (sums.get(key) ?? 0) + gain)
  return {
    add,
    /** Without days that nothing was left of. */
    of: (withKind: boolean, withOwn = true) => {
      const merged = new Map<string, number>()
      for (const [key, gain] of sums) {
        if (!withOwn && key.endsWith(own)) continue
        const [channel, kind, ...rest] = key.split(' ')
        const name = [channel, ...(withKind ? [kind] : []), ...rest].join(' ')
        merged.set(name, (merged.get(name) ?? 0) + gain)
      }
      return Object.fromEntries([...merged].filter(([, gain]) => gain !== 0).sort())
    },
  }
}

export const stored = async ({ sql }: TestApp, table: string, withKind: boolean) => {
  const columns = metricColumns.flatMap((name) => [name, `other_${name}`])
  // The function works out only the six numbers. Its own numbers are those of another one.
  const hasOwn = !table.includes('(')
  const numbers = sql.unsafe(
    [
      ...columns.map((name) => `${name}::float8 as ${name}`),
      ...(hasOwn
        ? [
            `(more ->> '${own}')::float8 as ${own}`,
            `(other_more ->> '${own}')::float8 as other_${own}`,
          ]
        : []),
    ].join(', '),
  )
  const names = sql.unsafe(withKind ? 'channel_id, kind, day::text' : 'channel_id, day::text')
  const rows = await sql<
    Record<string, string | number | null>[]
  >`select ${names}, ${numbers} from ${sql.unsafe(table)}`
  const entries = rows.flatMap((row) =>
    (['here', 'elsewhere'] as const).flatMap((made) =>
      [...postMetrics, own].flatMap((metric): [string, number][] => {
        const column = `${made === 'here' ? '' : 'other_'}${metric}`.replace(/_[a-z]/g, (at) =>
          at.charAt(1).toUpperCase(),
        )
        const value = Number(row[column] ?? 0)
        const key = [row.channelId, ...(withKind ? [row.kind] : []), row.day, made, metric].join(
          ' ',
        )
        return value === 0 ? [] : [[key, value]]
      }),
    ),
  )
  return Object.fromEntries(entries.sort())
}

/** What grew at each point, by metric. */
export const grownOn = (sums: (BucketSums | OwnPointSum)[]): string[] =>
  sums
    .flatMap((one): [string, number | null][] =>
      'name' in one
        ? [[`${one.back} ${one.name}`, one.sum]]
        : postMetrics.map((metric) => [`${one.back} ${metric}`, one[metric]]),
    )
    .flatMap(([key, grown]) => (grown ? [`${key} ${grown}`] : []))
    .sort()
