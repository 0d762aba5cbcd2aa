import type { PlatformError } from '../errors.ts'
import type { Json, JsonRecord } from '../json.ts'
import { refuseClosedFeatures } from './closed-features.ts'
import { errorIn, unreadable } from './errors.ts'
import { numberAt, parse, textAt } from './json.ts'
import type { Usage } from './usage.ts'

/**
 * Meta's synchronous batch (fact sheet 4.6). Reads only: if the answer to a batch of writes were
 * lost, 50 outcomes would be unknown.
 */
export const mostOperations = 50

/** One read. `path` has no version: `1067_5001/insights`. */
export type Operation = { path: string; params: Record<string, string> }
export type Part = { body: JsonRecord } | { error: PlatformError }

export const batchParams = (operations: Operation[]): Record<string, string> => {
  if (operations.length > mostOperations)
    throw new Error(`a batch has at most ${mostOperations} operations`)
  const batch = operations.map(({ path, params }) => {
    refuseClosedFeatures(path, params)
    return { method: 'GET', relative_url: `${path}?${new URLSearchParams(params)}` }
  })
  return { batch: JSON.stringify(batch), include_headers: 'false' }
}

/**
 * Null for an operation that Meta didn't finish. Errors are classified with the same table as those
 * of single calls.
 */
export const batchPartsOf = (
  answer: JsonRecord | Json[],
  count: number,
  usage: Usage,
): (Part | null)[] => {
  if (!Array.isArray(answer)) throw unreadable('repeatable', 'no_batch')
  return Array.from({ length: count }, (_, index) => partOf(answer[index], usage))
}

const partOf = (part: Json | undefined, usage: Usage): Part | null => {
  if (part === null || part === undefined) return null
  const status = numberAt(part, 'code') ?? 0
  const body = parse(textAt(part, 'body') ?? '')
  if (!body || Array.isArray(body)) return { error: unreadable('repeatable', `http_${status}`) }
  const error = errorIn(body, 'repeatable', usage)
  if (error) return { error }
  return status >= 200 && status <= 299
    ? { body }
    : { error: unreadable('repeatable', `http_${status}`) }
}
