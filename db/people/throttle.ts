import type { Db } from './connect.ts'

export type Verdict = { allowed: boolean; retryAfterS: number }

/**
 * Counts one hit on `key` and says whether it is within `limit` per `windowS` seconds; exact under parallel hits.
 * promise: A6: sign-in is rate-limited by this.
 */
export const hit = async (sql: Db, key: string, limit: number, windowS: number): Promise<Verdict> => {
  const [row] = await sql`
    insert into throttle as t (key, hits, reset_at) values (${key}, 1, now() + make_interval(secs => ${windowS}))
    on conflict (key) do update set
      hits = case when t.reset_at <= now() then 1 else t.hits + 1 end,
      reset_at = case when t.reset_at <= now() then excluded.reset_at else t.reset_at end
    returning hits, greatest(1, ceil(extract(epoch from reset_at - now())))::int as retry_after_s`
  return { allowed: row!.hits <= limit, retryAfterS: row!.retryAfterS }
}

/** Forgets the hits on a key: the person has proved who they are. */
export const forgive = async (sql: Db, key: string): Promise<void> => {
  await sql`delete from throttle where key = ${key}`
}

/** Removes what no longer counts. */
export const deleteStaleHits = async (sql: Db): Promise<number> => {
  const { count } = await sql`delete from throttle where reset_at <= now()`
  return count
}
