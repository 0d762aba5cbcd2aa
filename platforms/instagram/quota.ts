import { PlatformError } from '../errors.ts'
import type { Graph } from '../graph/client.ts'
import { numberAt } from '../graph/json.ts'
import type { Publication } from '../platform.ts'
import { asAccount } from './account.ts'

const dayMs = 86_400_000
/** The precision of the time until the next post is possible. */
const stepMs = 5 * 60_000

/**
 * Instagram allows 50 or 100 posts in any 24 hours; a carousel counts as one. Reads the account's
 * own limit. Throws PlatformError of kind `rate_limited`, with the time until the next post is
 * possible.
 */
export const requireQuota = async (graph: Graph, publication: Publication): Promise<void> => {
  const { used, total } = await usageSince(graph, publication, null)
  if (used === null || total === null || used < total) return
  throw new PlatformError({
    kind: 'rate_limited',
    code: '9',
    subcode: '2207042',
    words: `Instagram allows ${total} posts a day from this account, and the limit is reached.`,
    retryAfterMs: await freeInMs(graph, publication, total),
    limited: 'posts',
  })
}

/**
 * In milliseconds. Posts are possible again once enough of them are older than 24 hours. Uses
 * binary search.
 */
const freeInMs = async (graph: Graph, publication: Publication, total: number): Promise<number> => {
  const nowMs = publication.now()
  let [fullMs, freeMs] = [nowMs - dayMs, nowMs]
  while (freeMs - fullMs > stepMs) {
    const middleMs = Math.round((fullMs + freeMs) / 2)
    const { used } = await usageSince(graph, publication, middleMs)
    if (used === null) return 3_600_000
    if (used >= total) fullMs = middleMs
    else freeMs = middleMs
  }
  return freeMs + dayMs - nowMs
}

const usageSince = async (graph: Graph, publication: Publication, sinceMs: number | null) => {
  const { account, signal } = publication
  const since = sinceMs === null ? null : String(Math.floor(sinceMs / 1_000))
  const params = { fields: 'config,quota_usage', since }
  const { value } = await asAccount(account, (token) =>
    graph.get(`${account.id}/content_publishing_limit`, token, params, signal),
  )
  return {
    used: numberAt(value, 'data', 0, 'quota_usage'),
    total: numberAt(value, 'data', 0, 'config', 'quota_total'),
  }
}
