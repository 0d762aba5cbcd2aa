import type { EarlierZone } from '../people/workspaces.ts'
import type { Db } from '../postgres/connect.ts'
import type { MeasuredPart } from './measured-channels.ts'

export type MeasuredAccount = {
  id: string
  platform: string
  name: string
  handle: string
  state: 'connected' | 'reconnect' | 'disconnected'
  disconnectedAt: Date | null
  /** Its first day with numbers. Null if it has none yet. */
  firstDay: string | null
  takenAt: Date | null
  /** When its own numbers are due next. Null if none are planned. */
  nextAt: Date | null
  /**
   * For each part of measuring, when its earliest overdue reading was due, if that is more than
   * lateHours ago. Null if the part is up to date, or the account is disconnected.
   */
  overdue: Record<MeasuredPart, Date | null>
  /** Why measuring is paused, and until when. */
  problem: string | null
  restUntil: Date | null
  /** Metrics that the platform doesn't provide for this account. */
  notGiven: string[]
  /** Earlier time zones of its workspace. */
  earlierZones: EarlierZone[]
}

/**
 * Readings are daily, and an account pauses for up to six hours after a failure. A reading that is
 * overdue for longer than this has failed.
 */
const lateHours = 12

/**
 * The accounts of a workspace, or one of them, including disconnected ones with numbers, with their
 * first day.
 */
export const listMeasuredAccounts = async (
  sql: Db,
  { workspaceId, channelId }: { workspaceId: string; channelId: string | null },
  now: Date,
): Promise<MeasuredAccount[]> => {
  const parts = overdueParts(sql, now, lateHours)
  const rows = await sql<(Omit<MeasuredAccount, 'overdue'> & MeasuredAccount['overdue'])[]>`
    select c.id, c.platform, c.name, c.handle, c.state, c.disconnected_at, first.day::text as first_day, last.taken_at,
      m.next_at, m.problem, m.rest_until, coalesce(m.not_given, '{}') as not_given, w.earlier_zones,
      o.followers, o.days, o.posts, o.elsewhere
    from channels c join workspaces w on w.id = c.workspace_id left join measured_channels m on m.channel_id = c.id
      left join lateral (select ${parts.followers} as followers, ${parts.days} as days, ${parts.posts} as posts,
        ${parts.elsewhere} as elsewhere) o on c.state <> 'disconnected'
      left join lateral (select day from channel_days d where d.channel_id = c.id order by day limit 1) first on true
      left join lateral (select taken_at from channel_days d where d.channel_id = c.id order by day desc limit 1) last on true
    where c.workspace_id = ${workspaceId} ${channelId ? sql`and c.id = ${channelId}` : sql``}
      and (c.state <> 'disconnected' or first.day is not null)
    order by c.state = 'disconnected', c.platform, lower(c.name), c.id`
  return rows.map(({ followers, days, posts, elsewhere, ...account }) => ({
    ...account,
    overdue: { followers, days, posts, elsewhere },
  }))
}

/**
 * SQL: for each part of measuring account `m`, when its earliest reading was due that is overdue by
 * more than `hours`. Ignores posts without a platform id, because they are never read, and first
 * readings of posts from before the account was connected: no growth depends on their time.
 */
const overdueParts = (sql: Db, now: Date, hours: number) => {
  const since = new Date(now.getTime() - hours * 3_600_000)
  const due = (column: string) =>
    sql`case when m.${sql(column)} < ${since} then m.${sql(column)} end`
  return {
    followers: due('next_at'),
    days: due('days_at'),
    posts: sql`(
      select p.next_at from measured_targets p join targets t on t.id = p.target_id
      where p.channel_id = m.channel_id and p.next_at < ${since} and t.platform_post_id is not null
      order by p.next_at limit 1)`,
    elsewhere: sql`least(${due('list_at')}, (
      select e.next_at from elsewhere_posts e
      where e.channel_id = m.channel_id and e.next_at < ${since} and (e.taken_at is not null or not e.predates)
      order by e.next_at limit 1))`,
  }
}

/** SQL: when the earliest reading of account `m` was due that is overdue, of any part. */
export const overdueAt = (sql: Db, now: Date, hours: number) => {
  const { followers, days, posts, elsewhere } = overdueParts(sql, now, hours)
  return sql`least(${followers}, ${days}, ${posts}, ${elsewhere})`
}
