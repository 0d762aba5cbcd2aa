import { PlatformError } from '../errors.ts'
import type { AccountNumbers, Measured } from '../measurer.ts'
import type { GraphReply } from './client.ts'
import { isAboutNames, numberIn, valuesIn } from './insights.ts'
import { numberAt } from './json.ts'

/** Insights of one account for a span of time, without the names that turn out to be dead. Null: no name is left. */
export const askAccount = async (
  metrics: string[],
  ask: (names: string) => Promise<GraphReply>,
): Promise<{ reply: GraphReply | null; refused: string[] }> => {
  if (metrics.length === 0) return { reply: null, refused: [] }
  try {
    return { reply: await ask(metrics.join(',')), refused: [] }
  } catch (error) {
    if (!(error instanceof PlatformError) || !isAboutNames(error)) throw error
    if (metrics.length === 1) return { reply: null, refused: metrics }
    const alone = await Promise.all(metrics.map((name) => askAccount([name], ask)))
    const refused = alone.flatMap((one) => one.refused)
    if (refused.length === 0) throw error
    const rest = await askAccount(
      metrics.filter((name) => !refused.includes(name)),
      ask,
    )
    return { reply: rest.reply, refused: [...refused, ...rest.refused] }
  }
}

/** What the account's node and its insights say together. */
export const accountNumbers = (
  node: GraphReply,
  insights: { reply: GraphReply | null; refused: string[] },
  day: PacificDay | null,
  names: { views: string; reach: string },
): Omit<Measured<AccountNumbers>, 'source'> => {
  const values = valuesIn(insights.reply?.body ?? {})
  const [views, reach] = [numberIn(values, names.views) ?? null, numberIn(values, names.reach) ?? null]
  return {
    result: {
      followers: numberAt(node.body, 'followers_count'),
      day: day && { date: day.date, views, reach },
      hasMore: day?.hasMore ?? false,
    },
    refused: insights.refused,
    usedPercent: Math.max(node.usage.percent, insights.reply?.usage.percent ?? 0),
  }
}

export const spanOf = (day: PacificDay | null): Record<string, string> =>
  day ? { period: 'day', since: String(day.sinceMs / 1000), until: String(day.untilMs / 1000) } : {}

const zone = 'America/Los_Angeles'
const dayMs = 86_400_000

/** Meta: insights are up to 48 hours late. A day's numbers are final then, and are asked once. */
const settlingMs = 2 * dayMs
/** What was missed longer ago is left. */
const mostDaysBack = 28

/** From midnight to midnight in California, `hasMore`: later days have settled, too. */
export type PacificDay = { date: string; sinceMs: number; untilMs: number; hasMore: boolean }

/** The settled day that follows `after`, or the newest one when none is known; null when it is known already. */
export const nextPacificDay = (nowMs: number, after: string | null): PacificDay | null => {
  const newest = dayBefore(pacificMidnight(nowMs - settlingMs))
  if (after !== null && after >= newest.date) return null
  let day = newest
  for (let back = 1; after !== null && back < mostDaysBack; back += 1) {
    const before = dayBefore(day.sinceMs)
    if (before.date <= after) break
    day = before
  }
  return { ...day, hasMore: day.date < newest.date }
}

const dayBefore = (untilMs: number): { date: string; sinceMs: number; untilMs: number } => {
  const sinceMs = pacificMidnight(untilMs - dayMs / 2)
  return { date: dateIn(sinceMs), sinceMs, untilMs }
}

const dateIn = (ms: number): string => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(ms)

/** The last midnight that is not later: 07:00 or 08:00 in UTC, by summer time. */
const pacificMidnight = (ms: number): number => {
  const utcMidnight = Math.floor(ms / dayMs) * dayMs
  const candidates = [1, 0, -1].flatMap((days) => [8, 7].map((hour) => utcMidnight + days * dayMs + hour * 3_600_000))
  const isMidnight = (at: number) => dateIn(at) !== dateIn(at - 1)
  return candidates.find((at) => at <= ms && isMidnight(at)) ?? utcMidnight
}
