import type { Context } from 'hono'
import type { SandboxEnv } from '../../world.ts'
import type { GraphCall } from '../calls/call.ts'
import { refuse } from '../calls/refusal.ts'
import type { Meta } from '../meta.ts'
import { nodeKind, nodeOwner } from '../node-kind.ts'
import { readMediaInsights } from './media.ts'
import { readPostInsights, readVideoInsights } from './post.ts'

const mostIds = 50

/**
 * GET /insights?ids=a,b and /video_insights?ids=a,b: returns results by id. If one is refused, the
 * whole call fails. Each id counts as a call.
 */
export function insightsOfMany(call: GraphCall, edge: string): object {
  const ids = call.parameters.list('ids').map(String)
  if (ids.length === 0) throw refuse.parameter('The parameter ids is required.')
  if (ids.length > mostIds)
    throw refuse.parameter(`Too many IDs. Maximum: ${mostIds}. Provided: ${ids.length}.`)
  for (const id of ids.slice(1)) count(call.meta, id)
  return Object.fromEntries(ids.map((id) => [id, read(call, edge, id)]))
}

function read(call: GraphCall, edge: string, id: string): object {
  if (edge === 'video.insights') return readVideoInsights(call, id)
  return nodeKind(call.meta, id) === 'media'
    ? readMediaInsights(call, id)
    : readPostInsights(call, id)
}

function count(meta: Meta, id: string): void {
  meta.usage.countApp()
  const owner = nodeOwner(meta, id)
  if (owner) meta.usage.countBusiness(owner)
}

/** The account whose rate limit and fault rules apply to the call. */
export const firstOwner = (meta: Meta, c: Context<SandboxEnv>): string | null =>
  nodeOwner(meta, (c.req.query('ids') ?? '').split(',')[0] ?? '')
