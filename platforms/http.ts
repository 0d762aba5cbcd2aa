import { PlatformError } from './errors.ts'

export type HttpAnswer = { status: number; headers: Headers; text: string }

export type HttpRequest = {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  url: string
  headers?: Record<string, string>
  body?: string | URLSearchParams | FormData | Uint8Array | ReadableStream | null
  /** From the first byte out to the last byte in. */
  timeoutMs: number
  signal?: AbortSignal
  /** An answer longer than this is not read to its end. */
  maxBytes?: number
}

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
    const init: RequestInit & { duplex?: 'half' } = { method: request.method, redirect: 'manual', signal }
    if (request.headers) init.headers = request.headers
    if (request.body != null) init.body = request.body as NonNullable<RequestInit['body']>
    if (request.body instanceof ReadableStream) init.duplex = 'half'
    const response = await fetch(request.url, init)
    return { status: response.status, headers: response.headers, text: await readText(response, request.maxBytes ?? 4_000_000) }
  } catch (cause) {
    throw unanswered(cause, timeout.aborted)
  }
}

const readText = async (response: Response, maxBytes: number): Promise<string> => {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new Error('the answer is too long')
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

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
