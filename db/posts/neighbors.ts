import type { Db } from '../postgres/connect.ts'
import { retryableStates, stateList } from './target-states.ts'

/** Another post on one of the accounts, close to a given time. */
export type Neighbor = { channelId: string; postId: string; text: string; dueAt: Date }

const near = (sql: Db, channelIds: string[], from: Date, to: Date) => sql`
  t.channel_id = any(${channelIds}::uuid[]) and t.due_at > ${from} and t.due_at < ${to}
  and t.state not in ${stateList(sql, retryableStates)}`

/** For each account, the nearest other post within `withinMs` before or after. */
export const listNeighbors = (
  sql: Db,
  post: {
    workspaceId: string
    postId: string | null
    channelIds: string[]
    dueAt: Date
    withinMs: number
  },
): Promise<Neighbor[]> => {
  const [from, to] = [-post.withinMs, post.withinMs].map(
    (byMs) => new Date(post.dueAt.getTime() + byMs),
  ) as [Date, Date]
  return sql<Neighbor[]>`
    select distinct on (t.channel_id) t.channel_id, t.post_id, left(t.text, 80) as text, t.due_at
    from targets t
    where t.workspace_id = ${post.workspaceId} and t.post_id is distinct from ${post.postId} and ${near(sql, post.channelIds, from, to)}
    order by t.channel_id, abs(extract(epoch from t.due_at - ${post.dueAt}::timestamptz))`
}

/** How many other posts of these kinds an account has from `from` until before `to`. */
export const countDueOn = async (
  sql: Db,
  span: {
    workspaceId: string
    postId: string | null
    channelId: string
    kinds: string[]
    from: Date
    to: Date
  },
): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from targets t
    where t.workspace_id = ${span.workspaceId} and t.post_id is distinct from ${span.postId} and t.channel_id = ${span.channelId}
      and t.kind = any(${span.kinds}) and t.due_at >= ${span.from} and t.due_at < ${span.to}
      and t.state not in ${stateList(sql, retryableStates)}`
  return row?.count ?? 0
}
