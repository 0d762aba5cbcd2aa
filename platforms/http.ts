import type { Readable } from 'node:stream'
import { Agent, type Dispatcher, FormData, request as send } from 'undici'
import { PlatformError } from './errors.ts'

/** For the bodies of calls: the client takes its own only. */
export { FormData }

export type HttpAnswer = { status: number; headers: Headers; text: string }

export type HttpRequest = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  url: string
  headers?: Record<string, string>
  /** A stream needs its `content-length` among the headers. */
  body?: string | URLSearchParams | FormData | Readable | null
  /** From the first byte out to the last byte in. */
  timeoutMs: number
  signal?: AbortSignal
  /** An answer longer than this is not read to its end. */
  maxBytes?: number
}

/** One request at a time on each connection, and as many connections as there are requests. Every call has a time-out of its own. */
const agent = new Agent({ pipelining: 1, headersTimeout: 0, bodyTimeout: 0, connect: { timeout: 10_000 } })

/**
 * promise: S5: platforms are the only hosts that the product calls.
 * One HTTP call, never repeated, never redirected. Anything but a complete answer is thrown: `unavailable` when the request
 * cannot have reached the platform (name not found, connection refused), else `unknown_outcome`: the caller knows whether that matters.
 * The error names no URL, since URLs carry tokens.
 */
export const call = async (request: HttpRequest): Promise<HttpAnswer> => {
  const timeout = AbortSignal.timeout(request.timeoutMs)
  const signal = request.signal ? AbortSignal.any([timeout, request.signal]) : timeout
  try {
    const isForm = request.body instanceof URLSearchParams
    const answer = await send(request.url, {
      dispatcher: agent,
      method: request.method,
      headers: { ...(isForm ? { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' } : {}), ...request.headers },
      body: isForm ? String(request.body) : ((request.body ?? null) as Dispatcher.RequestOptions['body']),
      signal,
    })
    return {
      status: answer.statusCode,
      headers: headersOf(answer.headers),
      text: await readText(answer.body, request.maxBytes ?? 4_000_000),
    }
  } catch (cause) {
    throw unanswered(cause, timeout.aborted)
  }
}

const headersOf = (named: Dispatcher.ResponseData['headers']): Headers => {
  const headers = new Headers()
  for (const [name, value] of Object.entries(named)) for (const one of [value ?? []].flat()) headers.append(name, one)
  return headers
}

const readText = (body: Readable, maxBytes: number): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    body
      .on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength
        chunks.push(chunk)
        if (bytes > maxBytes) body.destroy(new Error('the answer is too long'))
      })
      .once('end', () => resolve(new TextDecoder().decode(Buffer.concat(chunks))))
      .once('error', reject)
      .once('close', () => reject(new Error('the answer broke off'))) // after its end this says nothing
  })

/** Errors of the network stack before a connection exists: the platform has seen nothing. */
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
  if (neverReached.has(code)) return new PlatformError({ kind: 'unavailable', code, words: 'The platform could not be reached.' })
  if (timedOut)
    return new PlatformError({ kind: 'unknown_outcome', code: 'timeout', words: 'The platform did not answer in time.' })
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
