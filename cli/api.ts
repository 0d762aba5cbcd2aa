import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { JsonRecord } from '../platforms/json.ts'
import { cleanLine } from '../text/clean-text.ts'
import type { Login } from './settings.ts'

type Asked = {
  query?: Record<string, string | undefined>
  body?: unknown
  /** Opens the body of an upload, once for each try. */
  open?: () => ReadableStream
  /** The Idempotency-Key. Default: a new one. */
  key?: string | undefined
}

/** How long to wait before the next try, in milliseconds. */
const waits = [500, 2_000]
const answerMs = 60_000
/** A hundred posts with long texts for each account fit. */
const answerMaxBytes = 32 * 1024 * 1024

/**
 * Sends a request to the API. After a lost connection or a fault of the server, it sends the same
 * again with the same Idempotency-Key, so nothing happens twice.
 */
export const callApi = async (
  { server, key: secret }: Login,
  method: 'GET' | 'POST',
  path: string,
  { query = {}, body, open, key = randomUUID() }: Asked = {},
): Promise<JsonRecord> => {
  const url = new URL(`${server}/api/v1${path}`)
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, value)
  const headers = {
    Authorization: `Bearer ${secret}`,
    ...(method === 'POST' ? { 'Idempotency-Key': key } : {}),
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
  }
  for (const waitMs of [...waits, null]) {
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'error', // the key stays on this server
      ...(open
        ? { body: open(), duplex: 'half' }
        : {
            signal: AbortSignal.timeout(answerMs),
            body: body === undefined ? null : asJson(body),
          }),
    } as RequestInit).catch((error: unknown) => lost(server, error))
    const isOver = waitMs === null
    if (response instanceof Error) {
      if (isOver) throw response
    } else if (response.status < 500 || isOver) return read(response)
    await pause(waitMs)
  }
  throw new Error('unreachable')
}

const asJson = (body: unknown): string => JSON.stringify(body)

const lost = (server: string, cause: unknown): Error =>
  new Error(`${server} can’t be reached. Check the address and your connection.`, { cause })

const read = async (response: Response): Promise<JsonRecord> => {
  const text = await readText(response)
  // A proxy in between may answer with a page: then the status is all there is to say.
  const answer = isJson(text) ? (JSON.parse(text) as JsonRecord | null) : null
  if (response.ok && answer) return answer
  throw new Refused(response.status, answer)
}

/** Reads no more than an answer of the API can have, so that no server fills the memory. */
const readText = async (response: Response): Promise<string> => {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const part of response.body ?? []) {
    bytes += part.length
    if (bytes > answerMaxBytes) throw new Error('The answer of the server is too large.')
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What the API said against a request, with all rules that were broken. */
class Refused extends Error {
  constructor(status: number, problem: JsonRecord | null) {
    super(sentencesOf(status, problem).map(cleanLine).join('\n'))
  }
}

const sentencesOf = (status: number, problem: JsonRecord | null): string[] => {
  if (typeof problem?.detail !== 'string') return [`The server answered with ${status}.`]
  const parts = (problem.errors ?? []) as { field: string; detail: string }[]
  if (parts.length === 0) return [problem.detail]
  return ['Nothing was changed:', ...parts.map(({ field, detail }) => `- ${field}: ${detail}`)]
}
