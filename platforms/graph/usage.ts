import type { Json } from '../json.ts'
import { isRecord, numberAt } from './json.ts'

/**
 * How much of Meta's rate limits is used, according to the response headers. Meta sends them only
 * above a certain traffic.
 */
export type Usage = {
  /** The highest counter. Can be above 100; 0 if there were no headers. */
  percent: number
  /** How long Meta will refuse calls, in milliseconds, at most a day. Null if unknown. */
  regainMs: number | null
}

/**
 * Usage per limit: one entry for the app (`accountId` null) and one for each account in the
 * headers.
 */
export const readPressures = (
  headers: Headers,
): { accountId: string | null; percent: number; regainMs: number | null }[] => {
  const app = parse(headers.get('x-app-usage'))
  const business = parse(headers.get('x-business-use-case-usage'))
  const accounts = isRecord(business) ? Object.entries(business) : []
  return [
    { accountId: null, ...highest([app]) },
    ...accounts.map(([accountId, cases]) => ({
      accountId,
      ...highest(Array.isArray(cases) ? cases : []),
    })),
  ]
}

/**
 * Reads `X-App-Usage` (percent) and `X-Business-Use-Case-Usage` (percent, and minutes until calls
 * are accepted again).
 */
export const readUsage = (headers: Headers): Usage => {
  const app = parse(headers.get('x-app-usage'))
  const business = parse(headers.get('x-business-use-case-usage'))
  const cases = isRecord(business)
    ? Object.values(business).flatMap((list) => (Array.isArray(list) ? list : []))
    : []
  return highest([app, ...cases])
}

/**
 * Meta's longest window is a day, in milliseconds. A longer wait must be an error. It is shortened
 * to a day, so that it doesn't block an account forever; the next call shows if the limit is over.
 */
const longestRegainMs = 24 * 3_600_000

const highest = (counters: (Json | undefined)[]): Usage => {
  const percents = counters.flatMap((one) =>
    ['call_count', 'total_time', 'total_cputime', 'call_volume', 'cpu_time'].map(
      (name) => numberAt(one, name) ?? 0,
    ),
  )
  const minutes = Math.max(
    0,
    ...counters.map((one) => numberAt(one, 'estimated_time_to_regain_access') ?? 0),
  )
  return {
    percent: Math.max(0, ...percents),
    regainMs: minutes > 0 ? Math.min(minutes * 60_000, longestRegainMs) : null,
  }
}

/** Undefined if the header isn't valid JSON. */
const parse = (header: string | null): Json | undefined => {
  try {
    return header ? (JSON.parse(header) as Json) : undefined
  } catch {
    return undefined
  }
}
