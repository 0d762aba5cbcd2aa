import { PlatformError } from '../errors.ts'
import type { Json, JsonRecord } from '../platform.ts'
import type { Graph } from './client.ts'
import { isHidden } from './errors.ts'
import { at, isRecord, recordAt, recordsAt, textAt } from './json.ts'

export type InsightsRequest = {
  token: string
  /** `insights` or `video_insights` */
  edge: string
  metrics: string[]
  /** Stories: code 10 says that an object has too few viewers; of anything else it is about permissions. */
  areStories?: boolean
  signal: AbortSignal
}
/** Metric → value, for each object that Meta shows. A metric that is absent was not given, which is not 0; an object, not shown. */
export type Insights = { values: Map<string, Map<string, Json>>; refused: string[]; usedPercent: number }

/**
 * Insights of many objects with one call (`ids=`). One dead name fails the whole call (fact sheet 4.4): then the names are asked one
 * by one, the refused ones told, and the rest goes on. One hidden object fails it as well: then each is asked by itself.
 */
export const askInsights = async (graph: Graph, ids: string[], request: InsightsRequest): Promise<Insights> => {
  if (ids.length === 0 || request.metrics.length === 0) return nothingOf(ids)
  try {
    return await askTogether(graph, ids, request)
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const lacksViewers = request.areStories === true && error.problem.code === '10'
    if (ids.length > 1 && (isHidden(error) || lacksViewers)) return await askEach(graph, ids, request)
    if (isHidden(error)) return nothingOf([])
    if (lacksViewers) return nothingOf(ids)
    if (!isAboutNames(error)) throw error
    return await askWithoutDeadNames(graph, ids, request, error)
  }
}

/** Objects that are there, without a number. */
const nothingOf = (ids: string[]): Insights => ({
  values: new Map(ids.map((id) => [id, new Map()])),
  refused: [],
  usedPercent: 0,
})

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

/** 100 without a subcode: "The value must be a valid insights metric". */
export const isAboutNames = ({ problem }: PlatformError): boolean => problem.code === '100' && problem.subcode === null

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
