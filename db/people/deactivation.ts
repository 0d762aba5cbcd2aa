import { deleteApiKeysOf } from '../api/keys.ts'
import { deleteFeedsOf } from '../feeds/feeds.ts'
import type { Db } from '../postgres/connect.ts'
import { endReviewLinksOf } from '../posts/review-links/links.ts'
import { terms } from '../privacy/terms.ts'
import { deleteReportLinksOf } from '../reports/links.ts'
import { stopReportEmailsOf } from '../reports/schedules.ts'
import { deleteEndpointsOf } from '../webhooks/endpoints.ts'
import { endAccess } from './access.ts'
import { recordAccountEvent } from './account-events.ts'
import { revokeInvitationsBy } from './invitations.ts'

/** promise: R1: deactivated accounts. They can't sign in, and are erased when their term ends. */

const keep = terms.account

/**
 * For an account that closes: ends what gives access to it, and what the person handed out in any
 * workspace. Nothing of it comes back with the account.
 */
export const endAllAccess = async (sql: Db, userId: string, now: Date): Promise<void> => {
  await endAccess(sql, userId, { now })
  await revokeInvitationsBy(sql, userId, null, now)
  await deleteFeedsOf(sql, userId)
  await deleteApiKeysOf(sql, userId)
  await deleteReportLinksOf(sql, userId)
  await stopReportEmailsOf(sql, userId)
  await deleteEndpointsOf(sql, userId)
  await endReviewLinksOf(sql, userId, now)
}

/** Ends all access, too. False if the account was already deactivated. */
export const deactivate = async (
  sql: Db,
  userId: string,
  by: 'person' | 'admin',
  now: Date,
): Promise<boolean> => {
  const { count } = await sql`
    update users set deactivated_at = ${now}, deactivated_by = ${by} where id = ${userId} and deactivated_at is null`
  await endAllAccess(sql, userId, now)
  return count > 0
}

/**
 * Undoes a deactivation, unless the erasure has begun. Only the side that deactivated can do this:
 * the person by signing in, or an admin on the People page.
 */
export const reactivate = async (
  sql: Db,
  userId: string,
  by: 'person' | 'admin',
): Promise<boolean> => {
  const { count } = await sql`
    update users u set deactivated_at = null, deactivated_by = null where id = ${userId} and deactivated_by = ${by}
      and not exists (select from deletion_requests d where d.user_id = u.id and d.finished_at is null)`
  return count > 0
}

/** When an account that is deactivated now would be erased. */
export const erasedAfter = async (sql: Db, now: Date): Promise<Date> => {
  const [row] = await sql<{ at: Date }[]>`select ${now}::timestamptz + ${keep}::interval as at`
  return row!.at
}

/** How long before the erasure we send a reminder. */
const remindedBefore = '7 days'

/**
 * promise: R1: queues one reminder for each deactivated account that is erased within a week. Call
 * it in a transaction.
 */
export const remindDeactivated = async (t: Db, now: Date): Promise<void> => {
  const due = await t<{ id: string }[]>`
    select u.id from users u
    where u.deactivated_at <= ${now}::timestamptz - ${keep}::interval + ${remindedBefore}::interval
      and u.deactivated_at > ${now}::timestamptz - ${keep}::interval
      and not exists (select from deletion_requests d where d.user_id = u.id and d.finished_at is null)
      and not exists (select from events e where e.subject_id = u.id and e.name = 'account.deletion_near' and e.at >= u.deactivated_at)
    for no key update of u skip locked`
  for (const { id } of due) await recordAccountEvent(t, 'account.deletion_near', id, null)
}

/**
 * Members whom this admin may deactivate: not operators, and the admin is an admin in all of their
 * workspaces. The value is when a deactivated account is erased, or null.
 */
export const listClosable = async (
  sql: Db,
  workspaceId: string,
  adminId: string,
): Promise<Map<string, Date | null>> => {
  const rows = await sql<{ userId: string; erasedAt: Date | null }[]>`
    select m.user_id, u.deactivated_at + ${keep}::interval as erased_at from memberships m join users u on u.id = m.user_id
    where m.workspace_id = ${workspaceId} and m.user_id <> ${adminId} and not u.is_operator
      and not exists (select from memberships o where o.user_id = m.user_id and not exists (
        select from memberships a where a.workspace_id = o.workspace_id and a.user_id = ${adminId} and a.role = 'admin'))`
  return new Map(rows.map((row) => [row.userId, row.erasedAt]))
}
