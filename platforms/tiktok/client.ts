import type { z } from 'zod'
import { PlatformError, type Problem } from '../errors.ts'
import { call, type HttpAnswer } from '../http.ts'
import { uploadAddress } from '../upload-address.ts'
import { envelopeSchema, oauthErrorSchema, parseLossless } from './answers.ts'
import {
  apiErrors,
  codesWithMessage,
  findTiktokRow,
  oauthErrors,
  type TiktokErrorRow,
} from './errors.ts'

export type TiktokSettings = {
  clientKey: string
  clientSecret: string
  /**
   * False until TikTok has audited the app for Direct Post. Undefined if the operator didn't set
   * it.
   */
  isAudited?: boolean
  /** Host of the consent page. Default: `https://www.tiktok.com`. */
  authUrl?: string
  /** Default: `https://open.tiktokapis.com`. */
  apiUrl?: string
  /** Allowed origins of upload URLs besides the API's own. Default: `https://*.tiktokapis.com`. */
  uploadUrls?: string[]
  /**
   * How TikTok gets a video: we upload it (the default), or TikTok fetches it from a verified URL.
   */
  videoSource?: 'FILE_UPLOAD' | 'PULL_FROM_URL'
  /** Tokens of URL prefixes that TikTok verifies with a file. */
  siteVerifications?: string[]
}

/**
 * What it means if a call gets no answer. `read`: nothing. `begin`: nothing either, because nothing
 * is posted without bytes. `publish`: it may have published, so anything but a clear answer is
 * `unknown_outcome`.
 */
export type Stakes = 'read' | 'begin' | 'publish'

type TiktokRequest<T> = {
  path: string
  token: string
  /** JSON body. Null for a GET request. */
  body: Record<string, unknown> | null
  schema: z.ZodType<T>
  stakes: Stakes
  signal?: AbortSignal
}

export type TiktokClient = {
  /** Returns the upload URL if it is one of TikTok's, and throws otherwise. */
  uploadAddress(given: string): string
  /** One call to the data and posting API, without retries. Throws PlatformError. */
  ask<T>(request: TiktokRequest<T>): Promise<T>
  /**
   * One call to a token endpoint. Returns the response body, or null if it is empty. Throws
   * PlatformError for an OAuth error.
   */
  askOauth(path: string, form: Record<string, string>, signal: AbortSignal): Promise<unknown>
}

const timeoutMs = 30_000

export const urlOrDefault = (url: string | undefined, fallback: string): string => url ?? fallback

export const createTiktokClient = (settings: TiktokSettings): TiktokClient => {
  const apiUrl = urlOrDefault(settings.apiUrl, 'https://open.tiktokapis.com')
  const uploads = [new URL(apiUrl).origin, ...(settings.uploadUrls ?? ['https://*.tiktokapis.com'])]
  return {
    uploadAddress: (given) => uploadAddress(given, uploads, 'TikTok'),
    ask: async (request) => {
      const answer = await callFor(request.stakes, {
        method: request.body ? 'POST' : 'GET',
        url: apiUrl + request.path,
        headers: {
          authorization: `Bearer ${request.token}`,
          'content-type': 'application/json; charset=UTF-8',
        },
        body: request.body ? JSON.stringify(request.body) : null,
        timeoutMs,
        signal: request.signal,
      })
      return readEnvelope(answer, request)
    },
    askOauth: async (path, form, signal) => {
      const body = new URLSearchParams({
        client_key: settings.clientKey,
        client_secret: settings.clientSecret,
        ...form,
      })
      const answer = await callFor('read', {
        method: 'POST',
        url: apiUrl + path,
        body,
        timeoutMs,
        signal,
      })
      return readOauth(answer)
    },
  }
}

/**
 * Makes a call. A lost answer is a problem only for a publishing call. Any other call can be
 * repeated, so its error becomes `unavailable`.
 */
export const callFor = async (
  stakes: Stakes,
  request: Parameters<typeof call>[0],
): Promise<HttpAnswer> => {
  try {
    return await call(request)
  } catch (error) {
    if (
      stakes === 'publish' ||
      !(error instanceof PlatformError) ||
      error.kind !== 'unknown_outcome'
    )
      throw error
    throw new PlatformError({ ...error.problem, kind: 'unavailable' })
  }
}

/** Success means `error.code == "ok"`, whatever the HTTP status is: posting caps come with 200. */
const readEnvelope = <T>(answer: HttpAnswer, request: TiktokRequest<T>): T => {
  const envelope = envelopeSchema.safeParse(parsed(answer.text))
  const traceId = answer.headers.get('x-tt-logid')
  if (!envelope.success) throw unreadableAnswer(request.stakes, traceId)
  const { error } = envelope.data
  const log = error.log_id || traceId
  if (error.code !== 'ok') {
    throw new PlatformError(
      problemOf(error.code, error.message ?? '', request.stakes, answer.status >= 500, log),
    )
  }
  const data = request.schema.safeParse(envelope.data.data)
  if (!data.success) throw unreadableAnswer(request.stakes, log)
  return data.data
}

/**
 * The problem for an `error.code`. If the code is in no table: `unavailable` for a read or an error
 * on TikTok's side, otherwise `rejected`. After an irreversible call, `unavailable` becomes
 * `unknown_outcome`.
 */
export const problemOf = (
  code: string,
  message: string,
  stakes: Stakes,
  theirFault: boolean,
  traceId: string | null,
): Problem => {
  const row = findTiktokRow(apiErrors, code) ?? unknownCode(code, stakes, theirFault)
  const kind = row.kind === 'unavailable' && stakes === 'publish' ? 'unknown_outcome' : row.kind
  const words =
    codesWithMessage.has(code) && message
      ? `${row.words} It says: ${withoutUrls(message)}`
      : row.words
  return { kind, code, subcode: null, words, traceId, retryAfterMs: waitOf(row) }
}

const unknownCode = (code: string, stakes: Stakes, theirFault: boolean): TiktokErrorRow =>
  stakes === 'read' || theirFault
    ? { kind: 'unavailable', words: `TikTok could not answer (${code}).` }
    : { kind: 'rejected', words: `TikTok did not accept the post (${code}).` }

/** Adds random jitter, so that calls that were refused together are not retried together. */
export const waitOf = (row: TiktokErrorRow): number | null =>
  row.waitMs === undefined
    ? null
    : Math.round(row.waitMs + Math.random() * Math.min(row.waitMs / 4, 300_000))

const withoutUrls = (message: string): string =>
  message.replace(/https?:\/\/\S+/g, '…').slice(0, 200)

/**
 * Uses the body to detect OAuth errors, because some were seen with HTTP 200. The status matters
 * only if the body is empty.
 */
const readOauth = (answer: HttpAnswer): unknown => {
  const traceId = answer.headers.get('x-tt-logid')
  if (answer.text.trim() === '' && answer.status < 300) return null
  const body = parsed(answer.text)
  if (body === undefined || answer.text.trim() === '') throw unreadableAnswer('read', traceId)
  const error = oauthErrorSchema.safeParse(body)
  if (error.success && error.data.error !== 'ok')
    throw oauthError(error.data.error, error.data.log_id ?? traceId)
  const envelope = envelopeSchema.safeParse(body)
  if (envelope.success && envelope.data.error.code !== 'ok') {
    throw new PlatformError(
      problemOf(envelope.data.error.code, '', 'read', false, envelope.data.error.log_id ?? traceId),
    )
  }
  return body
}

const oauthError = (code: string, traceId: string | null): PlatformError => {
  const row = findTiktokRow(oauthErrors, code) ??
    findTiktokRow(apiErrors, code) ?? {
      kind: 'rejected',
      words: `TikTok did not accept the request (${code}).`,
    }
  return new PlatformError({
    kind: row.kind,
    words: row.words,
    code,
    traceId,
    retryAfterMs: waitOf(row),
  })
}

const parsed = (text: string): unknown => {
  try {
    return parseLossless(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

export const unreadableAnswer = (stakes: Stakes, traceId: string | null): PlatformError =>
  new PlatformError({
    kind: stakes === 'publish' ? 'unknown_outcome' : 'unavailable',
    code: 'unreadable',
    words: 'TikTok’s answer couldn’t be read.',
    traceId,
  })
