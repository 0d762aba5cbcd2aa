import type { LimitedWhat } from '../platforms/errors.ts'
import { type Db, type Sql, tx } from './connect.ts'

/** What a call is for; the later ones are given up last: publishing goes before reading. */
export type Purpose = 'reading' | 'asking' | 'preparing' | 'sending'

export type Limit = { until: Date; words: string }

/** Whether a platform takes calls of this purpose for an account now; the limit that lasts longest, or undefined. */
export const findLimit = async (sql: Db, channelId: string, purpose: Purpose, now: Date): Promise<Limit | undefined> => {
  const [limit] = await sql<Limit[]>`
    select l.until, l.words from channels c join grants g on g.id = c.grant_id
      join limits l on l.subject in ('channel:' || c.id, 'grant:' || g.id, 'issuer:' || g.issuer)
    where c.id = ${channelId} and ${purpose} = any(l.holds) and l.until > ${now}
    order by l.until desc limit 1`
  return limit
}

/** Writes what the platform said of an account; a longer limit that is known already stays. */
export const recordLimit = async (
  sql: Db,
  channelId: string,
  limit: Limit & { of: LimitedWhat; holds: Purpose[] },
): Promise<void> => {
  await sql`
    insert into limits as l (subject, holds, until, words)
    select case ${limit.of} when 'app' then 'issuer:' || g.issuer when 'person' then 'grant:' || g.id else 'channel:' || c.id end,
      ${limit.holds}, ${limit.until}, ${limit.words}
    from channels c join grants g on g.id = c.grant_id where c.id = ${channelId}
    on conflict (subject, holds) do update set until = excluded.until, words = excluded.words where l.until < excluded.until`
}

/** The same for what usage headers tell: of the whole app (`accountId` null), or of one account in whatever workspace. */
export const recordPressure = async (
  sql: Db,
  at: { issuer: string; accountId: string | null },
  limit: Limit & { holds: Purpose[] },
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

/** Accounts of a workspace that cannot prepare or send for now, with the limit that lasts longest. */
export const listLimits = (sql: Db, workspaceId: string, now: Date): Promise<(Limit & { channelId: string })[]> => sql<
  (Limit & { channelId: string })[]
>`
  select distinct on (c.id) c.id as channel_id, l.until, l.words from channels c join grants g on g.id = c.grant_id
    join limits l on l.subject in ('channel:' || c.id, 'grant:' || g.id, 'issuer:' || g.issuer)
  where c.workspace_id = ${workspaceId} and l.holds && array['preparing', 'sending'] and l.until > ${now}
  order by c.id, l.until desc`

export type Turn = { name: string; most: number; perMs: number }

/** Counts one call of an account, if fewer than `most` were counted in the last `perMs`; else says when the next may be made. */
export const takeTurn = (sql: Sql, channelId: string, turn: Turn, now: Date): Promise<Date | null> =>
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
