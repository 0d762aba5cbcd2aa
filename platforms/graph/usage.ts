import type { Json } from '../platform.ts'
import { isRecord, numberAt } from './json.ts'

/** How much of Meta's rate limits is used, as its headers say. Headers appear only once there is enough traffic. */
export type Usage = {
  /** Highest of all counters, 0 to 100 and above; 0 when nothing was said. */
  percent: number
  /** How long Meta will refuse, in milliseconds; null when it does not say. */
  regainMs: number | null
}

/** Whose limit, and how far: one entry for the app (`accountId` null), one for each account that the headers name. */
export const readPressures = (headers: Headers): { accountId: string | null; percent: number; regainMs: number | null }[] => {
  const app = parse(headers.get('x-app-usage'))
  const business = parse(headers.get('x-business-use-case-usage'))
  const accounts = isRecord(business) ? Object.entries(business) : []
  return [
    { accountId: null, ...highest([app]) },
    ...accounts.map(([accountId, cases]) => ({ accountId, ...highest(Array.isArray(cases) ? cases : []) })),
  ]
}

/** Reads `X-App-Usage` (percent) and `X-Business-Use-Case-Usage` (percent, and minutes until calls are taken again). */
export const readUsage = (headers: Headers): Usage => {
  const app = parse(headers.get('x-app-usage'))
  const business = parse(headers.get('x-business-use-case-usage'))
  const cases = isRecord(business) ? Object.values(business).flatMap((list) => (Array.isArray(list) ? list : [])) : []
  return highest([app, ...cases])
}

const highest = (counters: (Json | undefined)[]): Usage => {
  const percents = counters.flatMap((one) =>
    ['call_count', 'total_time', 'total_cputime', 'call_volume', 'cpu_time'].map((name) => numberAt(one, name) ?? 0),
  )
  const minutes = Math.max(0, ...counters.map((one) => numberAt(one, 'estimated_time_to_regain_access') ?? 0))
  return { percent: Math.max(0, ...percents), regainMs: minutes > 0 ? minutes * 60_000 : null }
}

/** A header that is no JSON says nothing. */
const parse = (header: string | null): Json | undefined => {
  try {
    return header ? (JSON.parse(header) as Json) : undefined
  } catch {
    return undefined
  }
}
