import type { LimitedWhat } from '../../platforms/errors.ts'
import { type Db, type Sql, tx } from '../postgres/connect.ts'

/**
 * The purpose of a call, in order of priority: under limits, reading stops first and sending last.
 */
export type CallPurpose = 'reading' | 'asking' | 'preparing' | 'sending'

export type CallLimit = { until: Date; words: string }

/**
 * The longest limit that blocks calls of this purpose for an account now. Undefined if there is
 * none.
 */
export const findLimit = async (
  sql: Db,
  channelId: string,
  purpose: CallPurpose,
  now: Date,
): Promise<CallLimit | undefined> => {
  const [limit] = await sql<CallLimit[]>`
    select l.until, l.words from channels c join grants g on g.id = c.grant_id
      join limits l on l.subject in ('channel:' || c.id, 'grant:' || g.id, 'issuer:' || g.issuer)
    where c.id = ${channelId} and ${purpose} = any(l.holds) and l.until > ${now}
    order by l.until desc limit 1`
  return limit
}

/** Records a limit that the platform reported for an account. A longer known limit stays. */
export const recordLimit = async (
  sql: Db,
  channelId: string,
  limit: CallLimit & { of: LimitedWhat; holds: CallPurpose[] },
): Promise<void> => {
  await sql`
    insert into limits as l (subject, holds, until, words)
    select case ${limit.of} when 'app' then 'issuer:' || g.issuer when 'person' then 'grant:' || g.id else 'channel:' || c.id end,
      ${limit.holds}, ${limit.until}, ${limit.words}
    from channels c join grants g on g.id = c.grant_id where c.id = ${channelId}
    on conflict (subject, holds) do update set until = excluded.until, words = excluded.words where l.until < excluded.until`
}

/**
 * Records a limit from usage headers: for the whole app (`accountId` null), or for one account in
 * all workspaces.
 */
export const recordPressure = async (
  sql: Db,
  at: { issuer: string; accountId: string | null },
  limit: CallLimit & { holds: CallPurpose[] },
): Promise<void> => {
  await sql`
    insert into limits as l (subject, holds, until, words)
    select subject, ${limit.holds}, ${limit.until}, ${limit.words}
    from (
      select 'issuer:' || ${at.issuer}::text as subject where ${at.accountId}::text is null
      union select 'channel:' || c.id from channels c join grants g on g.id = c.grant_id
        where g.issuer = ${at.issuer} and c.account_id = ${at.accountId}
    ) as held
    on conflict (subject, holds) do update set until = excluded.until, words = excluded.words where l.until < excluded.until`
}

/** The accounts of a workspace that can't prepare or send now, each with its longest limit. */
export const listLimits = (
  sql: Db,
  workspaceId: string,
  now: Date,
): Promise<(CallLimit & { channelId: string })[]> => sql<(CallLimit & { channelId: string })[]>`
  select distinct on (c.id) c.id as channel_id, l.until, l.words from channels c join grants g on g.id = c.grant_id
    join limits l on l.subject in ('channel:' || c.id, 'grant:' || g.id, 'issuer:' || g.issuer)
  where c.workspace_id = ${workspaceId} and l.holds && array['preparing', 'sending'] and l.until > ${now}
  order by c.id, l.until desc`

export type TurnQuota = { name: string; most: number; perMs: number }

/**
 * Counts a call of an account if fewer than `most` were made in the last `perMs`, and returns null.
 * Otherwise returns when the next call may be made.
 */
export const takeTurn = (
  sql: Sql,
  channelId: string,
  turn: TurnQuota,
  now: Date,
): Promise<Date | null> =>
  tx(sql, async (t) => {
    await t`select from channels where id = ${channelId} for no key update`
    await t`delete from turns where channel_id = ${channelId} and name = ${turn.name} and at <= ${new Date(now.getTime() - turn.perMs)}`
    const [row] = await t<{ taken: number; nth: Date | null }[]>`
      select count(*)::int as taken, (array_agg(at order by at desc))[${turn.most}::int] as nth
      from turns where channel_id = ${channelId} and name = ${turn.name}`
    if (row?.nth && row.taken >= turn.most) return new Date(row.nth.getTime() + turn.perMs)
    await t`insert into turns (channel_id, name, at) values (${channelId}, ${turn.name}, ${now})`
    return null
  })
