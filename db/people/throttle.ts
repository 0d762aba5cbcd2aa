import type { Db } from '../postgres/connect.ts'

export type Verdict = { allowed: boolean; retryAfterS: number }

/**
 * Counts one hit on `key`. Allows `limit` hits per `windowS` seconds, and counts parallel hits
 * exactly. promise: A6: limits sign-in attempts.
 */
export const hit = async (
  sql: Db,
  key: string,
  limit: number,
  windowS: number,
): Promise<Verdict> => {
  const [row] = await sql`
    insert into throttle as t (key, hits, reset_at) values (${key}, 1, now() + make_interval(secs => ${windowS}))
    on conflict (key) do update set
      hits = case when t.reset_at <= now() then 1 else t.hits + 1 end,
      reset_at = case when t.reset_at <= now() then excluded.reset_at else t.reset_at end
    returning hits, greatest(1, ceil(extract(epoch from reset_at - now())))::int as retry_after_s`
  return { allowed: row!.hits <= limit, retryAfterS: row!.retryAfterS }
}

/** Resets the count of a key, after the person proved who they are. */
export const forgive = async (sql: Db, key: string): Promise<void> => {
  await sql`delete from throttle where key = ${key}`
}
