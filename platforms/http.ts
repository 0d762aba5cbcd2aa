import type { Readable } from 'node:stream'
import { Agent, type Dispatcher, FormData, request as send } from 'undici'
import { PlatformError } from './errors.ts'

/** For request bodies: the client accepts only its own FormData. */
export { FormData }

export type HttpAnswer = { status: number; headers: Headers; text: string }

export type HttpRequest = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  url: string
  headers?: Record<string, string>
  /** A stream needs a `content-length` header. */
  body?: string | URLSearchParams | FormData | Readable | null
  /** From the first byte sent to the last byte received. */
  timeoutMs: number
  signal?: AbortSignal
  /** A longer answer isn't read to its end. */
  maxBytes?: number
}

/** The size limit of an answer, unless the call sets another one. */
export const answerMaxBytes = 4_000_000

/**
 * One request at a time per connection, and as many connections as requests. Every call has its own
 * timeout.
 */
const agent = new Agent({
  pipelining: 1,
  headersTimeout: 0,
  bodyTimeout: 0,
  connect: { timeout: 10_000 },
})

/**
 * promise: S5: platforms are the only hosts that the product calls, besides its own public address
 * for `operate -- doctor`. Makes one HTTP call, without retries or redirects. Throws unless the
 * answer is complete: `unavailable` if the request can't have reached the platform (name not found,
 * connection refused), otherwise `unknown_outcome`; the caller knows whether that matters. The
 * error contains no URL, because URLs contain tokens.
 */
export const call = async (request: HttpRequest): Promise<HttpAnswer> => {
  const { bytes, ...answer } = await callForBytes(request)
  return { ...answer, text: new TextDecoder().decode(bytes) }
}

/** The same for an answer that isn't text, such as a picture. */
export const callForBytes = async (
  request: HttpRequest,
): Promise<Omit<HttpAnswer, 'text'> & { bytes: Buffer }> => {
  const timeout = AbortSignal.timeout(request.timeoutMs)
  const signal = request.signal ? AbortSignal.any([timeout, request.signal]) : timeout
  try {
    const isForm = request.body instanceof URLSearchParams
    const answer = await send(request.url, {
      dispatcher: agent,
      method: request.method,
      headers: {
        ...(isForm ? { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' } : {}),
        ...request.headers,
      },
      body: isForm
        ? String(request.body)
        : ((request.body ?? null) as Dispatcher.RequestOptions['body']),
      signal,
    })
    return {
      status: answer.statusCode,
      headers: headersOf(answer.headers),
      bytes: await readBytes(answer.body, request.maxBytes ?? answerMaxBytes),
    }
  } catch (cause) {
    throw unanswered(cause, timeout.aborted)
  }
}

const headersOf = (named: Dispatcher.ResponseData['headers']): Headers => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(named))
    for (const one of [value ?? []].flat()) headers.append(name, one)
  return headers
}

const readBytes = (body: Readable, maxBytes: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    body
      .on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength
        chunks.push(chunk)
        if (bytes > maxBytes) body.destroy(new Error('the answer is too long'))
      })
      .once('end', () => resolve(Buffer.concat(chunks)))
      .once('error', reject)
      .once('close', () => reject(new Error('the answer broke off'))) // ignored after its end
  })

/** Network errors before a connection exists, so the platform has received nothing. */
const neverReached = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
])

const unanswered = (cause: unknown, timedOut: boolean): PlatformError => {
  const code = codeOf(cause)
  if (neverReached.has(code))
    return new PlatformError({
      kind: 'unavailable',
      code,
      words: 'The platform couldn’t be reached.',
    })
  if (timedOut)
    return new PlatformError({
      kind: 'unknown_outcome',
      code: 'timeout',
      words: 'The platform didn’t answer in time.',
    })
  return new PlatformError({
    kind: 'unknown_outcome',
    code: code || 'broken',
    words: 'The connection broke before an answer arrived.',
  })
}

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return ''
  if ('code' in error && typeof error.code === 'string') return error.code
  return codeOf(error.cause)
}
