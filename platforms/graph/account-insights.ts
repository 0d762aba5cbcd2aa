import { dateFormat } from '../../text/formatters.ts'
import { PlatformError } from '../errors.ts'
import type { Json, JsonRecord } from '../json.ts'
import type { Followers, KnownDay, Measured, Measuring, NextDay } from '../measurer.ts'
import type { Graph } from './client.ts'
import { isAboutNames, isWithheld, numberIn, valuesIn } from './insights.ts'
import { numberAt } from './json.ts'

type AccountInsights = {
  values: Map<string, Json>
  refused: string[]
  problem: string | null
}
const nothing: AccountInsights = { values: new Map(), refused: [], problem: null }

/**
 * Insights of one account for a period. If Meta refuses the metrics together, asks for each one
 * separately. `refused` lists the metrics that Meta doesn't know for this account while it returns
 * others. A withheld metric (code 10 or 200) is just missing.
 * @throws PlatformError if every metric is withheld, because then a permission is missing
 */
const askAccountInsights = async (
  metrics: string[],
  ask: (names: string) => Promise<JsonRecord>,
): Promise<AccountInsights> => {
  if (metrics.length === 0) return nothing
  const together = await askFor(metrics, ask)
  if ('reply' in together) return insightsIn([together.reply])
  const alone =
    metrics.length === 1
      ? [together]
      : await Promise.all(metrics.map((name) => askFor([name], ask)))
  const replies = alone.flatMap((one) => ('reply' in one ? [one.reply] : []))
  const errors = alone.flatMap((one) => ('error' in one ? [one] : []))
  if (replies.length > 0) {
    const refused = errors.filter(({ error }) => !isWithheld(error)).map(({ name }) => name)
    return { ...insightsIn(replies), refused }
  }
  const withheld = errors.find(({ error }) => isWithheld(error))
  if (withheld) throw withheld.error
  return { ...nothing, problem: together.error.problem.words }
}

type Asked = { reply: JsonRecord } | { name: string; error: PlatformError }

const askFor = async (
  names: string[],
  ask: (names: string) => Promise<JsonRecord>,
): Promise<Asked> => {
  try {
    return { reply: await ask(names.join(',')) }
  } catch (error) {
    if (error instanceof PlatformError && isAboutNames(error))
      return { name: names.join(','), error }
    throw error
  }
}

const insightsIn = (replies: JsonRecord[]): AccountInsights => ({
  values: new Map(replies.flatMap((reply) => [...valuesIn(reply)])),
  refused: [],
  problem: null,
})

export const followersIn = (
  graph: Graph,
  node: JsonRecord,
  avatarUrl: string | null,
): Measured<Followers> => ({
  result: { followers: numberAt(node, 'followers_count'), avatarUrl },
  refusals: [],
  problem: null,
  source: sourceOf(graph),
})

type AskedDay = {
  graph: Graph
  accountId: string
  names: { views: string; reach: string }
  isRetired: Measuring['isRetired']
  known: KnownDay[]
  nowMs: number
}

/** The account's numbers for the next day that is due. */
export const askDay = async (
  { graph, accountId, names, isRetired, known, nowMs }: AskedDay,
  ask: (params: Record<string, string>) => Promise<JsonRecord>,
): Promise<Measured<NextDay>> => {
  const day = nextPacificDay(nowMs, known)
  const source = sourceOf(graph)
  if (!day) return { result: { day: null, hasMore: false }, refusals: [], problem: null, source }
  const metrics = Object.values(names).filter((name) => !isRetired('account', name))
  const span = {
    period: 'day',
    since: String(day.sinceMs / 1000),
    until: String(day.untilMs / 1000),
  }
  const { values, refused, problem } = await askAccountInsights(metrics, (metric) =>
    ask({ metric, ...span }),
  )
  const [views, reach] = [
    numberIn(values, names.views) ?? null,
    numberIn(values, names.reach) ?? null,
  ]
  return {
    result: { day: { date: day.date, views, reach }, hasMore: day.hasMore },
    refusals: refused.map((name) => ({ kind: 'account', name, object: accountId })),
    problem,
    source,
  }
}

const sourceOf = (graph: Graph): string => `Graph API ${graph.settings.apiVersion}`

const zone = 'America/Los_Angeles'
const dayMs = 86_400_000

/** Meta's insights are up to 48 hours late, so a day is first requested at this age. */
const settlingMs = 2 * dayMs
/** Missed days older than this are skipped. */
const mostDaysBack = 28
/**
 * Ages, in days after its end, at which a day with known numbers is requested again to catch late
 * corrections.
 */
const secondLook = [5]
/**
 * Ages, in days after its end, at which an empty day is requested again, since numbers may come
 * late.
 */
const emptyLooks = [3, 5, 8, 12, 17, 22, 27]

type Day = { date: string; sinceMs: number; untilMs: number }
/** Midnight to midnight in California. `hasMore`: more days are due. */
export type PacificDay = Day & { hasMore: boolean }

/**
 * The next day to request. First, the oldest day since the first known one that was never requested
 * (the newest day if none is known). After those, a day that is due again. Null if no day is due.
 */
export const nextPacificDay = (nowMs: number, known: KnownDay[]): PacificDay | null => {
  const looks = new Map(known.map((day) => [day.date, day]))
  const first = known[0]?.date
  const days: Day[] = [dayBefore(pacificMidnight(nowMs - settlingMs))]
  for (let [day] = days; day && first !== undefined && days.length < mostDaysBack; ) {
    day = dayBefore(day.sinceMs)
    if (day.date < first) break
    days.unshift(day)
  }
  const due = [
    ...days.filter(({ date }) => !looks.has(date)),
    ...days.filter((day) => isDueAgain(day, looks.get(day.date), nowMs)),
  ]
  return due[0] ? { ...due[0], hasMore: due.length > 1 } : null
}

const isDueAgain = ({ untilMs }: Day, look: KnownDay | undefined, nowMs: number): boolean =>
  look !== undefined &&
  (look.isEmpty ? emptyLooks : secondLook).some((days) => {
    const dueMs = untilMs + days * dayMs
    return dueMs <= nowMs && look.takenAt.getTime() < dueMs
  })

const dayBefore = (untilMs: number): Day => {
  const sinceMs = pacificMidnight(untilMs - dayMs / 2)
  return { date: dateIn(sinceMs), sinceMs, untilMs }
}

const dateIn = (ms: number): string => dateFormat({ timeZone: zone }, 'en-CA').format(ms)

/**
 * The latest midnight in California at or before `ms`: 07:00 or 08:00 UTC, depending on daylight
 * saving time.
 */
const pacificMidnight = (ms: number): number => {
  const utcMidnight = Math.floor(ms / dayMs) * dayMs
  const candidates = [1, 0, -1].flatMap((days) =>
    [8, 7].map((hour) => utcMidnight + days * dayMs + hour * 3_600_000),
  )
  const isMidnight = (at: number) => dateIn(at) !== dateIn(at - 1)
  return candidates.find((at) => at <= ms && isMidnight(at)) ?? utcMidnight
}
