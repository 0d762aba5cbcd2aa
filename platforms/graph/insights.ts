import { PlatformError } from '../errors.ts'
import type { Json, JsonRecord } from '../platform.ts'
import type { Graph, GraphReply } from './client.ts'
import { isHidden } from './errors.ts'
import { at, isRecord, recordAt, recordsAt, textAt } from './json.ts'

export type InsightsRequest = {
  token: string
  /** `insights` or `video_insights` */
  edge: string
  metrics: string[]
  signal: AbortSignal
}
/** Metric → value, for each object that Meta shows. Absent: Meta gave none, which is not 0. */
export type Insights = { values: Map<string, Map<string, Json>>; refused: string[]; usedPercent: number }

/**
 * Insights of many objects with one call (`ids=`). One dead name fails the whole call (fact sheet 4.4): then the names are asked one
 * by one, the refused ones told, and the rest goes on. One hidden object fails it as well: then each is asked by itself.
 */
export const askInsights = async (graph: Graph, ids: string[], request: InsightsRequest): Promise<Insights> => {
  if (ids.length === 0 || request.metrics.length === 0) return { values: new Map(), refused: [], usedPercent: 0 }
  try {
    return await askTogether(graph, ids, request)
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    if (ids.length > 1 && isAboutObjects(error)) return await askEach(graph, ids, request)
    if (isAboutObjects(error)) return { values: new Map(), refused: [], usedPercent: 0 }
    if (!isAboutNames(error)) throw error
    return await askWithoutDeadNames(graph, ids, request, error)
  }
}

const askTogether = async (graph: Graph, ids: string[], { token, edge, metrics, signal }: InsightsRequest): Promise<Insights> => {
  const params = { ids: ids.join(','), metric: metrics.join(',') }
  const { body, usage } = await graph.request({ method: 'GET', path: edge, token, params, signal, effect: 'repeatable' })
  const values = ids.map((id): [string, Map<string, Json>] => [id, valuesIn(recordAt(body, id))])
  return { values: new Map(values), refused: [], usedPercent: usage.percent }
}

const askEach = async (graph: Graph, ids: string[], request: InsightsRequest): Promise<Insights> => {
  const all: Insights = { values: new Map(), refused: [], usedPercent: 0 }
  for (const id of ids) {
    const one = await askInsights(graph, [id], {
      ...request,
      metrics: request.metrics.filter((name) => !all.refused.includes(name)),
    })
    for (const [key, value] of one.values) all.values.set(key, value)
    all.refused.push(...one.refused)
    all.usedPercent = Math.max(all.usedPercent, one.usedPercent)
  }
  return all
}

/** A single name that is refused by itself is dead; when none is, the refusal was about something else. */
const askWithoutDeadNames = async (
  graph: Graph,
  ids: string[],
  request: InsightsRequest,
  first: PlatformError,
): Promise<Insights> => {
  const refused: string[] = []
  if (request.metrics.length === 1) refused.push(...request.metrics)
  else
    for (const name of request.metrics)
      if (await isRefused(graph, ids.slice(0, 1), { ...request, metrics: [name] })) refused.push(name)
  if (refused.length === 0) throw first
  const metrics = request.metrics.filter((name) => !refused.includes(name))
  const rest = await askInsights(graph, ids, { ...request, metrics })
  return { ...rest, refused: [...refused, ...rest.refused] }
}

const isRefused = async (graph: Graph, ids: string[], request: InsightsRequest): Promise<boolean> => {
  try {
    await askTogether(graph, ids, request)
    return false
  } catch (error) {
    if (error instanceof PlatformError && isAboutNames(error)) return true
    throw error
  }
}

/** 100/33: an object is gone or hidden; 10: a story has fewer than five viewers. */
const isAboutObjects = (error: PlatformError): boolean => isHidden(error) || error.problem.code === '10'
/** 100 without a subcode: "The value must be a valid insights metric". */
const isAboutNames = ({ problem }: PlatformError): boolean => problem.code === '100' && problem.subcode === null

/** `data[]` as Meta shows it: the newest value of a series, or the total. No data is no entry. */
export const valuesIn = (body: JsonRecord): Map<string, Json> => {
  const found = recordsAt(body, 'data').map((metric): [string, Json | undefined] => [
    textAt(metric, 'name') ?? '',
    at(metric, 'total_value', 'value') ?? recordsAt(metric, 'values').at(-1)?.value,
  ])
  return new Map(found.filter((entry): entry is [string, Json] => entry[1] !== undefined && entry[1] !== null))
}

/** A plain number. */
export const numberIn = (values: Map<string, Json>, name: string | undefined): number | undefined => {
  const value = name === undefined ? undefined : values.get(name)
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** A number by sort: all of them together, or one sort. Meta leaves out the sorts that are 0. */
export const countIn = (values: Map<string, Json>, name: string, sort?: string): number | undefined => {
  const value = values.get(name)
  if (!isRecord(value)) return undefined
  const counts = Object.entries(value).filter(([key]) => sort === undefined || key.toLowerCase() === sort)
  return counts.reduce((sum, [, count]) => sum + (typeof count === 'number' ? count : 0), 0)
}

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

export const usedOf = (...replies: (GraphReply | null)[]): number =>
  Math.max(0, ...replies.map((reply) => reply?.usage.percent ?? 0))

const zone = 'America/Los_Angeles'
const dayMs = 86_400_000

/** Meta's last full day: from midnight to midnight in California. */
export const lastPacificDay = (nowMs: number): { date: string; sinceMs: number; untilMs: number } => {
  const untilMs = pacificMidnight(nowMs)
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
