import { createHmac } from 'node:crypto'
import { PlatformError } from '../errors.ts'
import type { Heed } from '../heed.ts'
import { call, FormData, type HttpRequest } from '../http.ts'
import type { Json, JsonRecord } from '../platform.ts'
import { type Effect, errorIn, unreadable } from './errors.ts'
import { isRecord } from './json.ts'
import { readPressures, readUsage, type Usage } from './usage.ts'

/** The Meta app of this installation and where Meta's hosts are. URLs without a slash at the end. */
export type MetaSettings = {
  appId: string
  appSecret: string
  /** `v25.0` */
  apiVersion: string
  /** Facebook Login for Business: replaces the list of scopes. */
  configId?: string | null | undefined
  graphUrl: string
  graphVideoUrl: string
  dialogUrl: string
  /** Only where Meta gives no upload address itself. */
  ruploadUrl: string
  /** Hears how much of Meta's limits is used, with every answer. */
  heed?: Heed | undefined
}

export type Params = Record<string, string | null | undefined>

export type GraphRequest = {
  method: 'GET' | 'POST' | 'DELETE'
  /** Below the version: `me/accounts`. */
  path: string
  /** Null only for calls that carry the app secret themselves. */
  token: string | null
  /** Null and undefined are left out. */
  params?: Params
  /** Bytes that make the request multipart. */
  file?: { field: string; name: string; bytes: Blob }
  host?: 'graph' | 'video'
  effect: Effect
  timeoutMs?: number
  /** Called when nothing but the call itself is left to do; what it throws stops the call. */
  leaving?: () => void
  signal: AbortSignal
}

export type GraphReply = { body: JsonRecord; usage: Usage }
export type Graph = {
  settings: MetaSettings
  /** The app's own token, for debug_token and for revoking what has no token left. */
  appToken: string
  request(request: GraphRequest): Promise<GraphReply>
  get(path: string, token: string, params: Params, signal: AbortSignal): Promise<JsonRecord>
  /** A change that may be made twice without harm. */
  post(path: string, token: string | null, params: Params, signal: AbortSignal): Promise<JsonRecord>
  /** The irreversible call: see `Effect`. */
  send(path: string, token: string, params: Params, departure: Departure, host?: 'graph' | 'video'): Promise<JsonRecord>
}

/** The part of a publication that a publishing call needs. */
export type Departure = { signal: AbortSignal; leaving(): void }

const readTimeoutMs = 30_000
/** Meta works on a publishing call for tens of seconds at times; giving up early only makes outcomes unknown. */
const sendTimeoutMs = 60_000

/** Calls of the Graph API. Every failure is a PlatformError; nothing is ever repeated here. */
export const createGraph = (settings: MetaSettings): Graph => {
  const request = async (wanted: GraphRequest): Promise<GraphReply> => {
    const built = buildRequest(settings, wanted)
    wanted.leaving?.()
    const answer = await answerOf(built, wanted.effect)
    const usage = readUsage(answer.headers)
    if (settings.heed) tellPressures(settings.heed, answer.headers)
    const body = parse(answer.text)
    const error = body && errorIn(body, wanted.effect, usage)
    if (error) throw error
    if (!body || answer.status < 200 || answer.status > 299) throw unreadable(wanted.effect, `http_${answer.status}`)
    return { body, usage }
  }
  const bodyOf = async (wanted: GraphRequest) => (await request(wanted)).body
  return {
    settings,
    appToken: `${settings.appId}|${settings.appSecret}`,
    request,
    get: (path, token, params, signal) => bodyOf({ method: 'GET', path, token, params, signal, effect: 'repeatable' }),
    post: (path, token, params, signal) => bodyOf({ method: 'POST', path, token, params, signal, effect: 'repeatable' }),
    send: (path, token, params, departure, host = 'graph') => {
      const { signal } = departure
      const leaving = () => departure.leaving()
      return bodyOf({ method: 'POST', path, token, params, signal, leaving, effect: 'send', host })
    },
  }
}

/** `appsecret_proof`: hex HMAC-SHA256 of the token with the app secret; each token has its own. */
export const proofOf = (token: string, appSecret: string): string => createHmac('sha256', appSecret).update(token).digest('hex')

// promise: S3 (the token travels in a header, so that no URL that anybody logs holds it)
export const buildRequest = (settings: MetaSettings, wanted: GraphRequest): HttpRequest => {
  const base = wanted.host === 'video' ? settings.graphVideoUrl : settings.graphUrl
  const url = `${base}/${settings.apiVersion}/${wanted.path}`
  const params = fieldsOf(settings, wanted)
  const common: Pick<HttpRequest, 'method' | 'headers' | 'timeoutMs' | 'signal'> = {
    method: wanted.method,
    headers: { accept: 'application/json', ...(wanted.token ? { authorization: `Bearer ${wanted.token}` } : {}) },
    timeoutMs: wanted.timeoutMs ?? (wanted.effect === 'send' ? sendTimeoutMs : readTimeoutMs),
    signal: wanted.signal,
  }
  if (wanted.file) return { ...common, url, body: multipartOf(params, wanted.file) }
  if (wanted.method === 'POST') return { ...common, url, body: params }
  return { ...common, url: `${url}?${params}` }
}

const fieldsOf = (settings: MetaSettings, { params = {}, token }: GraphRequest): URLSearchParams => {
  const fields = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) if (value != null) fields.set(name, value)
  if (token) fields.set('appsecret_proof', proofOf(token, settings.appSecret))
  return fields
}

const multipartOf = (params: URLSearchParams, file: NonNullable<GraphRequest['file']>): FormData => {
  const form = new FormData()
  for (const [name, value] of params) form.set(name, value)
  form.set(file.field, file.bytes, file.name)
  return form
}

/** One call. That its outcome is unknown matters only to a publishing one; any other may be made again. */
export const answerOf = async (request: HttpRequest, effect: Effect) => {
  try {
    return await call(request)
  } catch (error) {
    if (effect === 'repeatable' && error instanceof PlatformError && error.kind === 'unknown_outcome')
      throw new PlatformError({ ...error.problem, kind: 'unavailable' })
    throw error
  }
}

const tellPressures = (heed: Heed, headers: Headers): void => {
  for (const pressure of readPressures(headers)) {
    const whose = pressure.accountId === null ? 'of this installation' : 'of this account'
    heed({ issuer: 'meta', ...pressure, words: `Meta's limit for the calls ${whose} is nearly used up.` })
  }
}

/** Null for HTML and cut JSON; a bare `true`, as old calls answer, counts as success. */
const parse = (text: string): JsonRecord | null => {
  try {
    const value = JSON.parse(text) as Json
    if (value === true) return { success: true }
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}
