import { createHmac } from 'node:crypto'
import { PlatformError } from '../errors.ts'
import { call, FormData, type HttpRequest } from '../http.ts'
import type { Json, JsonRecord } from '../json.ts'
import type { Share } from '../measurer.ts'
import type { NotePressure } from '../pressure.ts'
import { batchParams, batchPartsOf, type Operation, type Part } from './batch.ts'
import { refuseClosedFeatures } from './closed-features.ts'
import { type Effect, errorIn, unreadable } from './errors.ts'
import { parse } from './json.ts'
import { readPressures, readUsage, type Usage } from './usage.ts'

/** The Meta app of this installation and the URLs of Meta's hosts, without a trailing slash. */
export type MetaSettings = {
  appId: string
  appSecret: string
  /** False while the app is in development mode. Undefined if the operator didn't set it. */
  isLive?: boolean
  /** Such as `v25.0`. */
  apiVersion: string
  /** For Facebook Login for Business: replaces the list of scopes. */
  configId?: string | null | undefined
  graphUrl: string
  graphVideoUrl: string
  dialogUrl: string
  /** Used only if Meta returns no upload URL. */
  ruploadUrl: string
  /** Called after each response with how much of Meta's rate limits is used. */
  notePressure?: NotePressure | undefined
}

export type Params = Record<string, string | null | undefined>

export type GraphRequest = {
  method: 'GET' | 'POST' | 'DELETE'
  /** Without the version: `me/accounts`. */
  path: string
  /** Null only for calls that send the app secret themselves. */
  token: string | null
  /** Null and undefined values are not sent. */
  params?: Params
  /** A file, which makes the request multipart. */
  file?: { field: string; name: string; bytes: Blob }
  host?: 'graph' | 'video'
  effect: Effect
  timeoutMs?: number
  /** Called right before the call is sent. If it throws, the call isn't made. */
  leaving?: () => void
  signal: AbortSignal
}

type GraphReply = { body: JsonRecord; usage: Usage }
export type Graph = {
  settings: MetaSettings
  /** The same client, but every call first takes a slot from `share`. */
  within(share: Share): Graph
  /** The app's own token, for debug_token and for revoking access without a valid user token. */
  appToken: string
  request(request: GraphRequest): Promise<GraphReply>
  /**
   * Up to 50 reads in one call, with the results in the same order. Each has its own response or
   * error. Throws only errors of the whole call.
   */
  batch(operations: Operation[], token: string, signal: AbortSignal): Promise<Part[]>
  get(path: string, token: string, params: Params, signal: AbortSignal): Promise<JsonRecord>
  /** A change that is safe to repeat. */
  post(path: string, token: string | null, params: Params, signal: AbortSignal): Promise<JsonRecord>
  /** The irreversible call: see `Effect`. */
  send(
    path: string,
    token: string,
    params: Params,
    departure: Departure,
    host?: 'graph' | 'video',
  ): Promise<JsonRecord>
}

/** The parts of a publication that a publishing call needs. */
type Departure = { signal: AbortSignal; leaving(): void }

/** Meta's hourly limit for the app, for each person who uses it (fact sheet 5.5). */
export const appCallsPerHour = 200

const readTimeoutMs = 30_000
/**
 * Meta sometimes takes tens of seconds for a publishing call. A shorter timeout would only make
 * outcomes unknown.
 */
const sendTimeoutMs = 60_000

/**
 * Calls the Graph API. Every failure is a PlatformError. Only unfinished operations of a batch are
 * retried here.
 */
export const createGraph = (settings: MetaSettings, share?: Share): Graph => {
  const exchange = async (
    wanted: GraphRequest,
    calls = 1,
  ): Promise<{ json: JsonRecord | Json[]; usage: Usage }> => {
    const built = buildRequest(settings, wanted)
    await share?.take(calls)
    wanted.leaving?.()
    const answer = await answerOf(built, wanted.effect)
    const usage = readUsage(answer.headers)
    share?.told(readPressures(answer.headers))
    if (settings.notePressure) notePressures(settings.notePressure, answer.headers)
    const json = parse(answer.text)
    const error = json && !Array.isArray(json) && errorIn(json, wanted.effect, usage)
    if (error) throw error
    if (!json || answer.status < 200 || answer.status > 299)
      throw unreadable(wanted.effect, `http_${answer.status}`)
    return { json, usage }
  }
  const request = async (wanted: GraphRequest): Promise<GraphReply> => {
    const { json, usage } = await exchange(wanted)
    if (Array.isArray(json)) throw unreadable(wanted.effect, 'no_object')
    return { body: json, usage }
  }
  const get = (operation: Operation, token: string, signal: AbortSignal) =>
    request({ method: 'GET', ...operation, token, signal, effect: 'repeatable' })
  /** If Meta didn't finish an operation in time, repeats it once as a single call. */
  const batch = async (
    operations: Operation[],
    token: string,
    signal: AbortSignal,
  ): Promise<Part[]> => {
    const params = batchParams(operations)
    const wanted: GraphRequest = {
      method: 'POST',
      path: '',
      token,
      params,
      signal,
      effect: 'repeatable',
    }
    const { json, usage } = await exchange(wanted, operations.length)
    const parts = batchPartsOf(json, operations.length, usage)
    for (const [index, part] of parts.entries()) {
      const operation = operations[index]
      if (part !== null || !operation) continue
      parts[index] = await get(operation, token, signal).then(
        ({ body }) => ({ body }),
        (error: unknown) => {
          if (error instanceof PlatformError) return { error }
          throw error
        },
      )
    }
    return parts.filter((part) => part !== null)
  }
  const bodyOf = async (wanted: GraphRequest) => (await request(wanted)).body
  return {
    settings,
    within: (narrower) => createGraph(settings, narrower),
    appToken: `${settings.appId}|${settings.appSecret}`,
    request,
    batch,
    get: (path, token, params, signal) =>
      bodyOf({ method: 'GET', path, token, params, signal, effect: 'repeatable' }),
    post: (path, token, params, signal) =>
      bodyOf({ method: 'POST', path, token, params, signal, effect: 'repeatable' }),
    send: (path, token, params, departure, host = 'graph') => {
      const { signal } = departure
      const leaving = () => departure.leaving()
      return bodyOf({ method: 'POST', path, token, params, signal, leaving, effect: 'send', host })
    },
  }
}

/**
 * `appsecret_proof`: the hex HMAC-SHA256 of the token with the app secret. Each token has its own.
 */
export const proofOf = (token: string, appSecret: string): string =>
  createHmac('sha256', appSecret).update(token).digest('hex')

// promise: S3 (the token is sent in a header, so that it appears in no logged URL)
export const buildRequest = (settings: MetaSettings, wanted: GraphRequest): HttpRequest => {
  refuseClosedFeatures(wanted.path, wanted.params ?? {})
  const base = wanted.host === 'video' ? settings.graphVideoUrl : settings.graphUrl
  const url = `${base}/${settings.apiVersion}/${wanted.path}`
  const params = fieldsOf(settings, wanted)
  const common: Pick<HttpRequest, 'method' | 'headers' | 'timeoutMs' | 'signal'> = {
    method: wanted.method,
    headers: {
      accept: 'application/json',
      ...(wanted.token ? { authorization: `Bearer ${wanted.token}` } : {}),
    },
    timeoutMs: wanted.timeoutMs ?? (wanted.effect === 'send' ? sendTimeoutMs : readTimeoutMs),
    signal: wanted.signal,
  }
  if (wanted.file) return { ...common, url, body: multipartOf(params, wanted.file) }
  if (wanted.method === 'POST') return { ...common, url, body: params }
  return { ...common, url: `${url}?${params}` }
}

const fieldsOf = (
  settings: MetaSettings,
  { params = {}, token }: GraphRequest,
): URLSearchParams => {
  const fields = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) if (value != null) fields.set(name, value)
  if (token) fields.set('appsecret_proof', proofOf(token, settings.appSecret))
  return fields
}

const multipartOf = (
  params: URLSearchParams,
  file: NonNullable<GraphRequest['file']>,
): FormData => {
  const form = new FormData()
  for (const [name, value] of params) form.set(name, value)
  form.set(file.field, file.bytes, file.name)
  return form
}

/**
 * Makes one call. An unknown outcome matters only for a publishing call. Any other call can be
 * repeated, so its error becomes `unavailable`.
 */
export const answerOf = async (request: HttpRequest, effect: Effect) => {
  try {
    return await call(request)
  } catch (error) {
    if (
      effect === 'repeatable' &&
      error instanceof PlatformError &&
      error.kind === 'unknown_outcome'
    )
      throw new PlatformError({ ...error.problem, kind: 'unavailable' })
    throw error
  }
}

const notePressures = (notePressure: NotePressure, headers: Headers): void => {
  for (const pressure of readPressures(headers)) {
    const whose = pressure.accountId === null ? 'for this installation' : 'for this account'
    notePressure({
      issuer: 'meta',
      ...pressure,
      words: `Meta’s request limit ${whose} is nearly used up.`,
    })
  }
}
