import { PlatformError } from '../errors.ts'
import type { Json, JsonRecord } from '../json.ts'
import type { NameOfKind, NameRefusal } from '../measurer.ts'
import { mostOperations, type Part } from './batch.ts'
import type { Graph } from './client.ts'
import { withheld } from './error-rows/codes.ts'
import { isHidden } from './errors.ts'
import { at, isRecord, recordsAt, textAt } from './json.ts'

/** What to request for one object. */
export type Ask = {
  /** Key in the result. `path` is what Meta is asked for. */
  id: string
  /** Such as `1067_5001/insights` or `4711/video_insights`. */
  path: string
  kind: string
  metrics: string[]
  /**
   * For a story, code 10 means that it has too few viewers. For anything else, it is about
   * permissions.
   */
  isStory?: boolean
}

export type InsightValues = {
  /**
   * By object id: metric → value, for objects that Meta shows. A missing metric was not returned;
   * that doesn't mean 0.
   */
  values: Map<string, Map<string, Json>>
  /**
   * Objects whose numbers Meta didn't return this time, and why. Objects in neither map are hidden
   * or gone.
   */
  unanswered: Map<string, PlatformError>
  /** Metrics that were refused for an object while Meta returned others. */
  refusals: NameRefusal[]
  /**
   * Metrics that Meta withholds for this account: code 10 or 200 for one metric, while others of
   * the same object were returned.
   */
  notGiven: NameOfKind[]
}

type Request = { token: string; signal: AbortSignal }
type Outcome = { ask: Ask; part: Part }
type Round = { graph: Graph; request: Request; found: InsightValues; concluded: Set<string> }

/**
 * Insights of many objects, in batches. If Meta refuses one metric, it refuses all metrics of that
 * object (fact sheet 4.4). Then two objects of each kind are requested metric by metric, and the
 * others without the metrics refused for those two.
 * @throws PlatformError for errors of the whole account: its token or a missing permission, or a
 * limit or an outage before anything was returned. After that, a limit or an outage only leaves the
 * rest unanswered
 */
export const askInsights = async (
  graph: Graph,
  asks: Ask[],
  request: Request,
): Promise<InsightValues> => {
  const found: InsightValues = {
    values: new Map(),
    unanswered: new Map(),
    refusals: [],
    notGiven: [],
  }
  const round: Round = { graph, request, found, concluded: new Set() }
  for (const ask of asks) if (ask.metrics.length === 0) found.values.set(ask.id, new Map())
  const asked = asks.filter((ask) => ask.metrics.length > 0)
  try {
    await askEach(round, asked)
  } catch (error) {
    if (!(error instanceof PlatformError) || !isPassing(error) || found.values.size === 0)
      throw error
    for (const { id } of asked) if (!round.concluded.has(id)) found.unanswered.set(id, error)
  }
  return withVerdict(found, asks)
}

/** A temporary error: a limit or an outage. */
const isPassing = ({ kind }: PlatformError): boolean =>
  kind === 'rate_limited' || kind === 'unavailable'

const askEach = async (round: Round, asked: Ask[]): Promise<void> => {
  const doubtful = settle(round, await askAll(round, asked))
  const probes = doubtful.filter(
    (ask, index) => doubtful.slice(0, index).filter((one) => one.kind === ask.kind).length < 2,
  )
  await askSingly(round, probes)
  const others = doubtful
    .filter((ask) => !probes.includes(ask))
    .map((ask) => withoutRefused(ask, round.found))
  await askSingly(round, settle(round, await askAll(round, others)))
}

const askAll = async ({ graph, request }: Round, asks: Ask[]): Promise<Outcome[]> => {
  const outcomes: Outcome[] = []
  for (let from = 0; from < asks.length; from += mostOperations) {
    const some = asks.slice(from, from + mostOperations)
    const operations = some.map(({ path, metrics }) => ({
      path,
      params: { metric: metrics.join(',') },
    }))
    const parts = await graph.batch(operations, request.token, request.signal)
    outcomes.push(
      ...parts.flatMap((part, index) => (some[index] ? [{ ask: some[index], part }] : [])),
    )
  }
  return outcomes
}

/** Records clear results. Returns the objects that must be requested metric by metric. */
const settle = (round: Round, outcomes: Outcome[]): Ask[] => {
  const isUnclear = ({ ask, part }: Outcome) =>
    ask.metrics.length > 1 && 'error' in part && isAboutNames(part.error) && !isTooFew(ask, part)
  for (const outcome of outcomes) if (!isUnclear(outcome)) conclude(round, outcome.ask, [outcome])
  return outcomes.filter(isUnclear).map(({ ask }) => ask)
}

const isTooFew = (ask: Ask, part: Part): boolean =>
  ask.isStory === true && 'error' in part && part.error.problem.code === '10'

const askSingly = async (round: Round, asks: Ask[]): Promise<void> => {
  const singles = asks.flatMap((ask) => ask.metrics.map((name) => ({ ...ask, metrics: [name] })))
  const outcomes = await askAll(round, singles)
  for (const ask of asks)
    conclude(
      round,
      ask,
      outcomes.filter((outcome) => outcome.ask.id === ask.id),
    )
}

/** Combines the results for one object. @throws errors of the whole account */
const conclude = ({ found, concluded }: Round, ask: Ask, outcomes: Outcome[]): void => {
  const errors = outcomes.flatMap(({ ask: { metrics }, part }) =>
    'error' in part && !isTooFew(ask, part) ? [{ name: metrics[0] ?? '', error: part.error }] : [],
  )
  for (const { error } of errors) if (concernsAccount(error)) throw error
  concluded.add(ask.id)
  if (errors.some(({ error }) => isHidden(error))) return
  const other = errors.find(({ error }) => !isAboutNames(error))
  const isAnswered = outcomes.length > errors.length
  const failure =
    other ?? (isAnswered ? undefined : (errors.find(({ error }) => isWithheld(error)) ?? errors[0]))
  if (failure) return void found.unanswered.set(ask.id, failure.error)
  found.values.set(
    ask.id,
    new Map(outcomes.flatMap(({ part }) => ('body' in part ? [...valuesIn(part.body)] : []))),
  )
  for (const { name, error } of errors) {
    if (isWithheld(error)) found.notGiven.push({ kind: ask.kind, name })
    else found.refusals.push({ kind: ask.kind, name, object: ask.id })
  }
}

const withoutRefused = (ask: Ask, { refusals, notGiven }: InsightValues): Ask => {
  const isRefused = (name: string) =>
    [...refusals, ...notGiven].some((one) => one.kind === ask.kind && one.name === name)
  return { ...ask, metrics: ask.metrics.filter((name) => !isRefused(name)) }
}

/**
 * A permission is missing only if every metric of every object is refused with 10 or 200. One
 * object without numbers says nothing about the connection. A metric that other objects of the same
 * kind returned is not retired.
 */
const withVerdict = (found: InsightValues, asks: Ask[]): InsightValues => {
  for (const [id, error] of found.unanswered) {
    if (error.kind !== 'permission') continue
    if (found.values.size === 0) throw error
    const { code, subcode, traceId } = error.problem
    const words = 'Meta does not give the numbers of one of these posts.'
    found.unanswered.set(id, new PlatformError({ kind: 'rejected', code, subcode, traceId, words }))
  }
  const kindOf = new Map(asks.map(({ id, kind }) => [id, kind]))
  const isGiven = ({ kind, name }: NameRefusal) =>
    [...found.values].some(([id, values]) => kindOf.get(id) === kind && values.has(name))
  return { ...found, refusals: found.refusals.filter((one) => !isGiven(one)) }
}

const concernsAccount = (error: PlatformError): boolean =>
  error.kind === 'reauthorize' ||
  error.kind === 'rate_limited' ||
  (error.kind === 'permission' && !isWithheld(error))

/** 100 without a subcode, 10 or 200: the error may be about a metric, the object or the account. */
export const isAboutNames = (error: PlatformError): boolean =>
  (error.problem.code === '100' && error.problem.subcode === null) || isWithheld(error)

/** 10 or 200: small Pages get these for single metrics (fact sheet 4.4). */
export const isWithheld = ({ problem }: PlatformError): boolean =>
  withheld.map(String).includes(problem.code)

/**
 * Values from `data[]`: the newest value of a series, or the total. Metrics without data are left
 * out.
 */
export const valuesIn = (body: JsonRecord): Map<string, Json> => {
  const found = recordsAt(body, 'data').map((metric): [string, Json | undefined] => [
    textAt(metric, 'name') ?? '',
    at(metric, 'total_value', 'value') ?? recordsAt(metric, 'values').at(-1)?.value,
  ])
  return new Map(
    found.filter((entry): entry is [string, Json] => entry[1] !== undefined && entry[1] !== null),
  )
}

/** A number. NaN for anything else, which `soundNumbers` reports. */
export const numberIn = (
  values: Map<string, Json>,
  name: string | undefined,
): number | undefined => {
  const value = name === undefined ? undefined : values.get(name)
  return value === undefined || value === null
    ? undefined
    : typeof value === 'number'
      ? value
      : Number.NaN
}

/**
 * One key of a count with a breakdown. Undefined if the key is missing, for breakdowns whose keys
 * Meta doesn't document: a key with another name must not look like a 0.
 */
export const partIn = (
  values: Map<string, Json>,
  name: string | undefined,
  key: string,
): number | undefined => {
  const value = name === undefined ? undefined : values.get(name)
  return isRecord(value)
    ? numberIn(new Map(Object.entries(value).filter(([, count]) => count !== null)), key)
    : undefined
}

/**
 * A count with a breakdown: the sum of all keys, or the count of the key `sort`. Meta leaves out
 * keys with 0.
 */
export const countIn = (
  values: Map<string, Json>,
  name: string | undefined,
  sort?: string,
): number | undefined => {
  const value = name === undefined ? undefined : values.get(name)
  if (!isRecord(value)) return undefined
  const counts = Object.entries(value).filter(
    ([key]) => sort === undefined || key.toLowerCase() === sort,
  )
  return counts.reduce(
    (sum, [, count]) => sum + (typeof count === 'number' ? count : Number.NaN),
    0,
  )
}
