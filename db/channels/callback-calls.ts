import type { Db } from '../postgres/connect.ts'

export type CallbackCall = { issuer: string; path: string; calledAt: Date }

/**
 * Records that a callback URL was called. Writes at most once a minute for each URL, because some
 * are called for every post.
 */
export const noteCallbackCall = async (sql: Db, call: CallbackCall): Promise<void> => {
  await sql`
    insert into callback_calls as c (issuer, path, called_at) values (${call.issuer}, ${call.path}, ${call.calledAt})
    on conflict (issuer, path) do update set called_at = excluded.called_at
    where c.called_at < excluded.called_at - interval '1 minute'`
}

/** When each callback URL was last called. Leaves out URLs that were never called. */
export const listCallbackCalls = async (sql: Db): Promise<CallbackCall[]> =>
  await sql<CallbackCall[]>`select issuer, path, called_at from callback_calls`

export type LatestConsent = { issuer: string; connectedAt: Date }

/** When someone last connected through each issuer. */
export const listLatestConsents = async (sql: Db): Promise<LatestConsent[]> =>
  await sql<
    LatestConsent[]
  >`select issuer, max(connected_at) as connected_at from grants group by issuer`
