import type { GraphCall } from './call.ts'
import { refuse } from './refusal.ts'

export type Listing = {
  data: unknown[]
  paging?: { cursors: { before: string; after: string }; next?: string; previous?: string }
}

const defaultLimit = 25
const maxLimit = 100

/**
 * One page of `items` with cursors, according to `limit`, `after` and `before`.
 * @throws GraphRefusal 100 if the limit is over 100
 */
export function paginate<T extends { id: string }>(
  call: GraphCall,
  items: T[],
  show: (item: T) => unknown,
): Listing {
  const limit = call.parameters.number('limit') ?? defaultLimit
  if (limit < 1 || limit > maxLimit)
    throw refuse.parameter(`Param limit must be between 1 and ${maxLimit}`)
  const start = startOf(call, items, limit)
  const shown = items.slice(start, start + limit)
  const [first, last] = [shown[0], shown.at(-1)]
  if (!first || !last) return { data: [] }
  const cursors = { before: cursorOf(first.id), after: cursorOf(last.id) }
  return {
    data: shown.map(show),
    paging: {
      cursors,
      ...(start + limit < items.length ? { next: pageUrl(call, { after: cursors.after }) } : {}),
      ...(start > 0 ? { previous: pageUrl(call, { before: cursors.before }) } : {}),
    },
  }
}

function startOf(call: GraphCall, items: { id: string }[], limit: number): number {
  const after = call.parameters.text('after')
  const before = call.parameters.text('before')
  if (after) return indexOf(items, after) + 1
  return before ? Math.max(0, indexOf(items, before) - limit) : 0
}

function indexOf(items: { id: string }[], cursor: string): number {
  const index = items.findIndex((item) => cursorOf(item.id) === cursor)
  if (index < 0)
    throw refuse.parameter(
      'The cursor is not valid any more: it points to an object that was deleted or is no longer visible.',
    )
  return index
}

const cursorOf = (id: string): string => Buffer.from(id).toString('base64url')

/** Like Meta's, the URL contains the caller's token. */
function pageUrl(call: GraphCall, cursor: Record<string, string>): string {
  const url = new URL(call.meta.world.baseUrl('/graph') + call.graphPath)
  for (const [name, value] of Object.entries(call.c.req.query()))
    if (name !== 'after' && name !== 'before') url.searchParams.set(name, value)
  if (call.tokenText) url.searchParams.set('access_token', call.tokenText)
  for (const [name, value] of Object.entries(cursor)) url.searchParams.set(name, value)
  return url.href
}
