import { PassThrough, Readable } from 'node:stream'
import type { ReadableStream as NodeWebStream } from 'node:stream/web'
import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'
import { matchedRoutes } from 'hono/route'
import type { AnyContext, Env } from '../env.ts'
import { watchBody } from './slow-bodies.ts'

// The only place where request bodies are read (test/house.test.ts). Every body has a limit,
// whatever its content type.

/** The size limit of forms, unless their route allows more. */
export const formMaxBytes = 64 * 1024
/**
 * The composer's limit: a text per platform (Facebook allows 63,206 characters), alt texts, and
 * fields of many accounts.
 */
export const composerMaxBytes = 2 * 1024 * 1024
/** The limit for bodies that are read into memory. A larger Content-Length is refused at once. */
export const bodyMaxBytes = 8 * 1024 * 1024
/** The limit for all unfinished bodies in this process together. */
export const unfinishedMaxBytes = 64 * 1024 * 1024
const retryAfterS = 5

/**
 * The browser disconnected before its request was complete. Nobody can read an answer, and this
 * isn't a server error.
 */
export class ClientGone extends Error {
  readonly code = 'ABORT_ERR'
}

/**
 * Marks a route that streams its body, so that only the route's own limit applies. Don't use it on
 * other routes.
 */
export const takesUpload = createMiddleware(async (_c, next) => {
  await next()
})

/** Refuses requests that declare too large a body, without reading it. Comes before all routes. */
export const limitBodies = createMiddleware<Env>(async (c, next) => {
  const declared = Number(c.req.header('Content-Length') ?? 0)
  if (c.req.method === 'GET' || c.req.method === 'HEAD') {
    if (declared > 0 || c.req.header('Transfer-Encoding')) throw withoutBody(c)
  } else if (declared > bodyMaxBytes && !isUpload(c)) throw tooLarge(bodyMaxBytes)
  await next()
})

export const isUpload = (c: AnyContext): boolean =>
  matchedRoutes(c).some(({ handler }) => handler === (takesUpload as unknown))

/** The body of a GET isn't read, so the connection can't be reused. */
const withoutBody = (c: AnyContext): HTTPException => {
  c.header('Connection', 'close')
  return new HTTPException(400, { message: 'A request to read a page can’t have a body.' })
}

export const tooLarge = (maxBytes: number): HTTPException => {
  const most = maxBytes >= 2 ** 20 ? `${maxBytes / 2 ** 20} MB` : `${maxBytes / 2 ** 10} KB`
  return new HTTPException(413, {
    message: `This is larger than the limit of ${most}. Shorten it and try again.`,
  })
}

let unfinishedBytes = 0

/**
 * Reads the whole body, at most `maxBytes`. Throws 413 (too large), 408 (too slow), 503 (too much
 * arriving at once), or ClientGone.
 */
export const readBody = async (c: AnyContext, maxBytes: number): Promise<Buffer> => {
  const declared = Number(c.req.header('Content-Length') ?? 0)
  if (declared > maxBytes) throw tooLarge(maxBytes)
  const source = sourceOf(c)
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    await new Promise<void>((resolve, reject) => {
      watchBody(source, 'form', reject)
      source.on('data', (chunk: Buffer) => {
        bytes += chunk.byteLength
        unfinishedBytes += chunk.byteLength
        chunks.push(chunk)
        if (bytes > maxBytes) reject(tooLarge(maxBytes))
        else if (unfinishedBytes > unfinishedMaxBytes) reject(busy(c))
      })
      source.once('end', resolve)
      source.once('error', () => reject(new ClientGone()))
      source.once('close', () => reject(new ClientGone())) // ignored after the end of the body
    })
  } finally {
    unfinishedBytes -= bytes
    source.removeAllListeners('data').pause()
  }
  return Buffer.concat(chunks)
}

/** The JSON of a request, for which `text` is cleaned by the caller. Throws a SyntaxError. */
export const readJsonBody = async (c: AnyContext, maxBytes: number): Promise<unknown> => {
  const body = await readBody(c, maxBytes)
  return body.byteLength === 0 ? undefined : JSON.parse(utf8.decode(body))
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Lets validators that read the request themselves find this JSON in it. */
export const putJson = (c: AnyContext, value: unknown): void => {
  const headers = new Headers(c.req.raw.headers)
  headers.set('Content-Type', 'application/json')
  headers.delete('Content-Length')
  const { method } = c.req
  c.req.raw = new Request(c.req.url, { method, headers, body: JSON.stringify(value) })
}

const busy = (c: AnyContext): HTTPException => {
  c.header('Retry-After', String(retryAfterS))
  return new HTTPException(503, { message: 'The server is busy. Try again in a few seconds.' })
}

/**
 * The body of an upload as a stream with backpressure, for routes behind `takesUpload`. Fails with
 * 408 if it is too slow.
 */
export const openBody = (c: AnyContext): Readable => {
  if (!isUpload(c))
    throw new Error(
      `${c.req.method} ${c.req.path} reads a stream but is not marked with takesUpload`,
    )
  const source = sourceOf(c)
  const body = new PassThrough()
  const gone = () => source.readableEnded || body.destroy(new ClientGone())
  source.once('error', gone).once('close', gone)
  // If the body isn't read to its end, keep the connection open for the answer.
  body.once('close', () => source.unpipe(body).pause())
  watchBody(source, 'upload', (error) => body.destroy(error))
  return source.pipe(body)
}

/** Node's own stream. Unlike the web stream around it, it doesn't read ahead. */
const sourceOf = (c: AnyContext): Readable => {
  const incoming: unknown = c.env?.incoming
  if (incoming instanceof Readable) return incoming
  return c.req.raw.body ? Readable.fromWeb(c.req.raw.body as NodeWebStream) : Readable.from([])
}
