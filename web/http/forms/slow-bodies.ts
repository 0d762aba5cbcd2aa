import type { IncomingMessage, Server } from 'node:http'
import { HTTPException } from 'hono/http-exception'

/** A form has to arrive within this time. */
export const formTimeoutMs = 30_000
/** The minimum rate of an upload, averaged over each window. */
export const uploadMinBytesPerS = 4_096
export const uploadWindowMs = 30_000
/** How long after the answer "too slow" the connection ends. */
const answerMs = 5_000
const checkEveryMs = 1_000
/** Ending a request renders a page, so at most this many end per turn of the event loop. */
const endedPerTurn = 16

export type BodyTimes = {
  formTimeoutMs: number
  uploadMinBytesPerS: number
  uploadWindowMs: number
}
type Fail = (error: Error) => void
type Open = {
  incoming: IncomingMessage
  startedAt: number
  windowAt: number
  windowBytes: number
  cutAt: number | null
}

/** What to call if the body of a request is too slow, for requests whose body is being read. */
const readers = new WeakMap<object, { kind: 'form' | 'upload'; fail: Fail }>()

/** Registers who reads the body of this request. `fail` is called if it is too slow. */
export const watchBody = (request: object, kind: 'form' | 'upload', fail: Fail): void => {
  readers.set(request, { kind, fail })
}

/**
 * Ends requests whose body doesn't arrive in time, so that nobody can hold connections open by
 * sending almost nothing. Node's `requestTimeout` can't do this: it has one time for forms and
 * uploads of a gigabyte.
 */
export const guardSlowBodies = (
  server: Server,
  times: BodyTimes = { formTimeoutMs, uploadMinBytesPerS, uploadWindowMs },
): void => {
  const open = new Set<Open>()
  server.prependListener('request', (incoming: IncomingMessage) => {
    if (!hasBody(incoming)) return
    const at = performance.now()
    open.add({
      incoming,
      startedAt: at,
      windowAt: at,
      windowBytes: incoming.socket.bytesRead,
      cutAt: null,
    })
  })
  const look = (left: IterableIterator<Open>): void => {
    let ended = 0
    for (const request of left) {
      const wasCut = request.cutAt
      if (isOver(request, times)) open.delete(request)
      if (request.cutAt !== wasCut) ended += 1
      if (ended < endedPerTurn) continue
      setImmediate(look, left)
      return
    }
  }
  const timer = setInterval(() => look([...open].values()), checkEveryMs)
  timer.unref()
  server.once('close', () => clearInterval(timer))
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0

const isOver = (request: Open, times: BodyTimes): boolean => {
  const { incoming, cutAt } = request
  if (incoming.complete || incoming.socket.destroyed) return true
  const now = performance.now()
  if (cutAt !== null) {
    if (now - cutAt > answerMs) incoming.socket.destroy()
    return false
  }
  if (isSlow(request, times, now)) {
    request.cutAt = now
    const reader = readers.get(incoming)
    if (reader) reader.fail(tooSlow())
    else incoming.socket.destroy()
  }
  return false
}

const isSlow = (request: Open, times: BodyTimes, now: number): boolean => {
  const { incoming } = request
  if (readers.get(incoming)?.kind !== 'upload') return now - request.startedAt > times.formTimeoutMs
  // Unread bytes mean that our side is slow, for example while it processes an earlier file of the
  // form.
  if (incoming.readableLength > 0) restart(request, now)
  if (now - request.windowAt < times.uploadWindowMs) return false
  const received = incoming.socket.bytesRead - request.windowBytes
  const wanted = (times.uploadMinBytesPerS * (now - request.windowAt)) / 1_000
  restart(request, now)
  return received < wanted
}

const restart = (request: Open, now: number): void => {
  request.windowAt = now
  request.windowBytes = request.incoming.socket.bytesRead
}

const tooSlow = () =>
  new HTTPException(408, {
    message:
      'The connection was too slow and nothing was saved. Check your connection and try again.',
  })
