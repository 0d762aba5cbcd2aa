import { isIP, type LookupFunction } from 'node:net'
import { Agent, request } from 'undici'
import { isInRanges, isPublicAddress } from '../../text/addresses.ts'
import { createLookups, type Resolve } from './lookups.ts'

/** A receiver has this long for its whole answer. */
const answerWithinMs = 10_000
/** No more of an answer is read than this. */
const answerBytes = 1_024
/** What is kept of an answer, in characters. */
const answerCharacters = 200

/** Why there was no answer. */
type CallProblem = 'address' | 'name' | 'timeout' | 'refused' | 'reset' | 'tls' | 'other'
export type ReceiverAnswer = {
  /** Null: there was none. */
  status: number | null
  problem: CallProblem | null
  retryAfter: string | undefined
  /** The beginning of the body. */
  answer: string
}
export type Receivers = {
  post(url: string, body: string, headers: Record<string, string>): Promise<ReceiverAnswer>
}
/** How names are looked up, and how long a receiver has. */
type Given = { resolve?: Resolve; servers?: string[]; withinMs?: number }

/**
 * Calls receivers, whose addresses people choose. An address that isn't on the public internet is
 * refused, unless the operator allows its range. The name is looked up once, as the connection
 * opens, and the connection goes to exactly what was checked, so a name that changes its address
 * changes nothing. Redirects are not followed.
 */
export const createReceivers = (
  allowed: string[],
  { resolve, servers, withinMs = answerWithinMs }: Given = {},
): Receivers => {
  const isPrivate = allowed.length > 0
  const look = resolve ?? createLookups({ isPrivate, ...(servers ? { servers } : {}) })
  const agents = {
    https: agentFor(allowed, look, false),
    http: agentFor(allowed, look, true),
  }
  return {
    post: async (url, body, headers) => {
      try {
        const target = new URL(url)
        const host = target.hostname.replace(/^\[|\]$/g, '')
        const isPlain = target.protocol === 'http:'
        // A connection to a number looks up no name.
        if (isIP(host) && !mayReach(host, allowed, isPlain)) throw new RefusedAddressError()
        const signal = AbortSignal.timeout(withinMs)
        const dispatcher = isPlain ? agents.http : agents.https
        const got = await request(target, { method: 'POST', headers, body, signal, dispatcher })
        const retryAfter = got.headers['retry-after']
        return {
          status: got.statusCode,
          problem: null,
          retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
          answer: await beginningOf(got.body),
        }
      } catch (error) {
        return { status: null, problem: problemOf(error), retryAfter: undefined, answer: '' }
      }
    },
  }
}

/** Without encryption, only to what the operator allows. */
const mayReach = (address: string, allowed: string[], isPlain: boolean): boolean =>
  isInRanges(address, allowed) || (!isPlain && isPublicAddress(address))

class RefusedAddressError extends Error {
  override name = 'RefusedAddressError'
  code = 'REFUSED_ADDRESS'
}

const agentFor = (allowed: string[], look: Resolve, isPlain: boolean): Agent =>
  new Agent({
    pipelining: 1,
    connections: 10,
    maxHeaderSize: 8_192,
    keepAliveTimeout: 1_000,
    keepAliveMaxTimeout: 1_000,
    headersTimeout: answerWithinMs,
    bodyTimeout: answerWithinMs,
    connect: { timeout: answerWithinMs, lookup: checked(allowed, look, isPlain) },
  })

/** Refuses a name if any of its addresses may not be reached. */
const checked =
  (allowed: string[], look: Resolve, isPlain: boolean): LookupFunction =>
  (host, options, callback) => {
    look(host).then(
      (found) => {
        const isRefused = !found.every((one) => mayReach(one.address, allowed, isPlain))
        const [first] = found
        if (!first || isRefused) callback(new RefusedAddressError(), '', 0)
        else if (options.all) callback(null, found)
        else callback(null, first.address, first.family)
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    )
  }

/** Reads no more than is kept, whatever the receiver sends. */
const beginningOf = async (body: AsyncIterable<Buffer> & { destroy(): void }): Promise<string> => {
  const parts: Buffer[] = []
  let bytes = 0
  try {
    for await (const part of body) {
      parts.push(part)
      bytes += part.length
      if (bytes >= answerBytes) break
    }
  } catch {
    // What came before the connection broke is enough: the status was there.
  } finally {
    body.destroy()
  }
  const text = Buffer.concat(parts).subarray(0, answerBytes).toString('utf8')
  return [...text.replace(/\p{C}/gu, ' ')].slice(0, answerCharacters).join('')
}

const problemOf = (error: unknown): CallProblem => {
  const {
    name = '',
    code = '',
    message = '',
  } = error as { name?: string; code?: string; message?: string }
  if (code === 'REFUSED_ADDRESS' || code === 'ERR_INVALID_URL') return 'address'
  if (
    name === 'TimeoutError' ||
    code.endsWith('_TIMEOUT') ||
    code === 'ETIMEDOUT' ||
    code === 'ETIMEOUT'
  )
    return 'timeout'
  if (code === 'ENOTFOUND' || code === 'ENODATA' || code === 'EAI_AGAIN') return 'name'
  if (code === 'ECONNREFUSED' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH') return 'refused'
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET') return 'reset'
  if (
    code.includes('CERT') ||
    code.includes('TLS') ||
    code.includes('SSL') ||
    /certificate/i.test(message)
  )
    return 'tls'
  return 'other'
}
