import type { Sql } from '../../db/postgres/connect.ts'
import { idAt } from './rows.ts'

const aYear = '366 days'

/**
 * Moves sign-up and connection dates back by a year, so that they are before the published posts.
 */
export const moveBeginnings = async (sql: Sql): Promise<void> => {
  await sql`update users set created_at = created_at - ${aYear}::interval`
  await sql`update workspaces set created_at = created_at - ${aYear}::interval`
  await sql`update memberships set created_at = created_at - ${aYear}::interval`
  await sql`update invitations set created_at = created_at - ${aYear}::interval, accepted_at = accepted_at - ${aYear}::interval
    where accepted_at is not null`
  const events = await sql<
    { id: string; at: Date }[]
  >`select id, at - ${aYear}::interval as at from events order by id`
  for (const [index, { id, at }] of events.entries()) {
    const then = new Date(at.getTime() + index) // keeps their order
    await sql`update events set id = ${idAt(then)}, at = ${then} where id = ${id}`
  }
}
