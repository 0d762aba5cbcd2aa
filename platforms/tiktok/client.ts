import type { z } from 'zod'
import { PlatformError, type Problem } from '../errors.ts'
import { call, type HttpAnswer } from '../http.ts'
import { envelopeSchema, oauthErrorSchema, parseLossless } from './answers.ts'
import { apiErrors, codesWithMessage, type ErrorRow, findRow, oauthErrors } from './errors.ts'

export type TiktokSettings = {
  clientKey: string
  clientSecret: string
  /** Consent page; `https://www.tiktok.com`. */
  authUrl?: string
  /** `https://open.tiktokapis.com` */
  apiUrl?: string
  /** How TikTok gets a video: we send its bytes (the default), or TikTok fetches them from a verified address. */
  videoSource?: 'FILE_UPLOAD' | 'PULL_FROM_URL'
}

/**
 * What an unanswered call means. `read`: nothing. `begin`: nothing either, since nothing is posted without bytes.
 * `publish`: it may have published, so whatever is not a clear answer is `unknown_outcome`.
 */
export type Stakes = 'read' | 'begin' | 'publish'

export type TiktokRequest<T> = {
  path: string
  token: string
  /** JSON body; null asks by GET. */
  body: Record<string, unknown> | null
  schema: z.ZodType<T>
  stakes: Stakes
  signal?: AbortSignal
}

export type TiktokClient = {
  /** One call of the data and posting API, never repeated. Throws PlatformError. */
  ask<T>(request: TiktokRequest<T>): Promise<T>
  /** One call of a token endpoint; the answer as it came, or PlatformError for an OAuth error. An empty answer is null. */
  askOauth(path: string, form: Record<string, string>, signal: AbortSignal): Promise<unknown>
}

const timeoutMs = 30_000

export const baseUrl = (url: string | undefined, fallback: string): string => (url ?? fallback).replace(/\/+$/, '')

export const createTiktokClient = (settings: TiktokSettings): TiktokClient => {
  const apiUrl = baseUrl(settings.apiUrl, 'https://open.tiktokapis.com')
  return {
    ask: async (request) => {
      const answer = await callFor(request.stakes, {
        method: request.body ? 'POST' : 'GET',
        url: apiUrl + request.path,
        headers: { authorization: `Bearer ${request.token}`, 'content-type': 'application/json; charset=UTF-8' },
        body: request.body ? JSON.stringify(request.body) : null,
        timeoutMs,
        signal: request.signal,
      })
      return readEnvelope(answer, request)
    },
    askOauth: async (path, form, signal) => {
      const body = new URLSearchParams({ client_key: settings.clientKey, client_secret: settings.clientSecret, ...form })
      const answer = await callFor('read', { method: 'POST', url: apiUrl + path, body, timeoutMs, signal })
      return readOauth(answer)
    },
  }
}

/** A broken call is only dangerous where it may have published; elsewhere it can simply be made again. */
export const callFor = async (stakes: Stakes, request: Parameters<typeof call>[0]): Promise<HttpAnswer> => {
  try {
    return await call(request)
  } catch (error) {
    if (stakes === 'publish' || !(error instanceof PlatformError) || error.kind !== 'unknown_outcome') throw error
    throw new PlatformError({ ...error.problem, kind: 'unavailable' })
  }
}

/** Success is `error.code == "ok"`, whatever the HTTP status says: posting caps come with 200. */
const readEnvelope = <T>(answer: HttpAnswer, request: TiktokRequest<T>): T => {
  const envelope = envelopeSchema.safeParse(parsed(answer.text))
  const traceId = answer.headers.get('x-tt-logid')
  if (!envelope.success) throw unreadable(request.stakes, traceId)
  const { error } = envelope.data
  const log = error.log_id || traceId
  if (error.code !== 'ok') {
    throw new PlatformError(problemOf(error.code, error.message ?? '', request.stakes, answer.status >= 500, log))
  }
  const data = request.schema.safeParse(envelope.data.data)
  if (!data.success) throw unreadable(request.stakes, log)
  return data.data
}

/**
 * The problem behind an `error.code`. A code outside the table ends an init and lets a read be repeated;
 * a fault on TikTok's side after an irreversible call leaves open what happened.
 */
export const problemOf = (
  code: string,
  message: string,
  stakes: Stakes,
  theirFault: boolean,
  traceId: string | null,
): Problem => {
  const row = findRow(apiErrors, code) ?? unknownCode(code, stakes, theirFault)
  const kind = row.kind === 'unavailable' && stakes === 'publish' ? 'unknown_outcome' : row.kind
  const words = codesWithMessage.has(code) && message ? `${row.words} It says: ${withoutUrls(message)}` : row.words
  return { kind, code, subcode: null, words, traceId, retryAfterMs: waitOf(row) }
}

const unknownCode = (code: string, stakes: Stakes, theirFault: boolean): ErrorRow =>
  stakes === 'read' || theirFault
    ? { kind: 'unavailable', words: `TikTok could not answer (${code}).` }
    : { kind: 'rejected', words: `TikTok did not accept the post (${code}).` }

/** With jitter upwards, so that a burst that was refused together does not come back together. */
export const waitOf = (row: ErrorRow): number | null =>
  row.waitMs === undefined ? null : Math.round(row.waitMs + Math.random() * Math.min(row.waitMs / 4, 300_000))

const withoutUrls = (message: string): string => message.replace(/https?:\/\/\S+/g, '…').slice(0, 200)

/** OAuth answers are told apart by their body: errors have been seen with HTTP 200. Only an empty body leaves the status to look at. */
const readOauth = (answer: HttpAnswer): unknown => {
  const traceId = answer.headers.get('x-tt-logid')
  if (answer.text.trim() === '' && answer.status < 300) return null
  const body = parsed(answer.text)
  if (body === undefined || answer.text.trim() === '') throw unreadable('read', traceId)
  const error = oauthErrorSchema.safeParse(body)
  if (error.success && error.data.error !== 'ok') throw oauthError(error.data.error, error.data.log_id ?? traceId)
  const envelope = envelopeSchema.safeParse(body)
  if (envelope.success && envelope.data.error.code !== 'ok') {
    throw new PlatformError(problemOf(envelope.data.error.code, '', 'read', false, envelope.data.error.log_id ?? traceId))
  }
  return body
}

const oauthError = (code: string, traceId: string | null): PlatformError => {
  const row = findRow(oauthErrors, code) ??
    findRow(apiErrors, code) ?? { kind: 'rejected', words: `TikTok did not accept the request (${code}).` }
  return new PlatformError({ kind: row.kind, words: row.words, code, traceId, retryAfterMs: waitOf(row) })
}

const parsed = (text: string): unknown => {
  try {
    return parseLossless(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

export const unreadable = (stakes: Stakes, traceId: string | null): PlatformError =>
  new PlatformError({
    kind: stakes === 'publish' ? 'unknown_outcome' : 'unavailable',
    code: 'unreadable',
    words: 'TikTok gave an answer that cannot be read.',
    traceId,
  })
