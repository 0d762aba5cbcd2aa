import type { Db } from '../postgres/connect.ts'
import { stateList, unsentStates } from '../posts/target-states.ts'

export type PostAtRisk = {
  postId: string
  text: string
  dueAt: Date
  channelName: string
  platform: string
}

/** Posts that are due at or after a moment, or posts of accounts that are already lost. */
export type Risk = Date | 'lost'

/** Its accounts. Their posts are looked up by account: by time, those of everyone would be read. */
const accountsAtRisk = (sql: Db, grantId: string, risk: Risk) => sql`
  c.grant_id = ${grantId} ${risk === 'lost' ? sql`and c.state = 'reconnect'` : sql``}`

const isAtRisk = (sql: Db, risk: Risk) => sql`
  t.channel_id = c.id and t.state in ${stateList(sql, unsentStates)} ${risk === 'lost' ? sql`` : sql`and t.due_at >= ${risk}`}`

/** Posts scheduled through this grant that might fail, earliest first. */
export const listPostsAtRisk = (
  sql: Db,
  grantId: string,
  risk: Risk,
  limit = 20,
): Promise<PostAtRisk[]> => sql<PostAtRisk[]>`
  select r.post_id, r.text, r.due_at, c.name as channel_name, c.platform
  from channels c cross join lateral (
    select t.id, t.post_id, left(t.text, 80) as text, t.due_at from targets t
    where ${isAtRisk(sql, risk)} order by t.due_at, t.id limit ${limit}) r
  where ${accountsAtRisk(sql, grantId, risk)} order by r.due_at, r.id limit ${limit}`

/** How many posts are at risk, and when the first one is due. */
export const countPostsAtRisk = async (
  sql: Db,
  grantId: string,
  risk: Risk,
): Promise<{ count: number; firstDueAt: Date | null }> => {
  const [row] = await sql<{ count: number; firstDueAt: Date | null }[]>`
    select coalesce(sum(r.count), 0)::int as count, min(r.first_due_at) as first_due_at
    from channels c cross join lateral (
      select count(*), min(t.due_at) as first_due_at from targets t where ${isAtRisk(sql, risk)}) r
    where ${accountsAtRisk(sql, grantId, risk)}`
  return row ?? { count: 0, firstDueAt: null }
}
