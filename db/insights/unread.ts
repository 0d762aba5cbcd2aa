import type { Db } from '../postgres/connect.ts'
import { overdueAt } from './measured-accounts.ts'

/** `since`: when the earliest missing reading was due. */
export type UnreadAccount = { workspaceId: string; channelId: string; since: Date }

/**
 * Admins are notified when a reading is overdue for `tellHours`. The notification includes all
 * accounts of the workspace that are overdue for `withHours`.
 */
const tellHours = 48
const withHours = 24

/**
 * Claims the accounts whose admins should be notified that readings have stopped, once for each
 * time they stop. Leaves out accounts whose connection ended, because that has its own
 * notification.
 */
export const claimUnread = (t: Db, now: Date): Promise<UnreadAccount[]> => t<UnreadAccount[]>`
  with overdue as (
    select m.channel_id, m.workspace_id, m.unread_told_at, ${overdueAt(t, now, withHours)} as since
    from measured_channels m join channels c on c.id = m.channel_id join grants g on g.id = c.grant_id
    where c.state = 'connected' and g.state = 'active'),
  untold as (
    select *, min(since) over (partition by workspace_id) as first from overdue
    where since is not null and (unread_told_at is null or unread_told_at < since))
  update measured_channels m set unread_told_at = ${now} from untold u
  where m.channel_id = u.channel_id and u.first < ${now}::timestamptz - make_interval(hours => ${tellHours})
    and (m.unread_told_at is null or m.unread_told_at < u.since)
  returning m.workspace_id, m.channel_id, u.since`

/**
 * SQL: how many seconds the oldest due reading has waited, over all accounts that can be read. 0 if
 * none waits.
 */
export const oldestOverdueS = (sql: Db) => sql`(
  select coalesce(extract(epoch from now() - min(${overdueAt(sql, new Date(), 0)})), 0)::float8
  from measured_channels m join channels c on c.id = m.channel_id join grants g on g.id = c.grant_id
  where c.state = 'connected' and g.state = 'active')`
