import { endAppsOf } from '../api/apps.ts'
import { deleteCodesOf } from '../api/oauth-codes.ts'
import type { Db } from '../postgres/connect.ts'

/**
 * Ends what gives access to an account: its sessions (except `keepSessionId`), password resets and
 * mailed links (email change, deletion, export). Call it in the transaction that deactivates or
 * erases the account, or ends the other sessions; for a new password, see `endAccessAndApps`. "Undo
 * this change" links to a former address stay valid, so that the owner can undo what someone else
 * changed.
 */
export const endAccess = async (
  sql: Db,
  userId: string,
  { now, keepSessionId }: { now: Date; keepSessionId?: string },
) => {
  await sql`
    with ${mailedLinksEnd(sql, userId, now)}
    delete from sessions where user_id = ${userId} and id is distinct from ${keepSessionId ?? null}`
}

/**
 * Ends access as `endAccess` does, and the apps that the person connected: for a changed or reset
 * password, or a second factor that was reset. Codes end between sessions and apps, so that an app
 * that is being connected is either ended or refused. API keys go on, because they work in programs
 * that nobody watches: admins see and end them under Settings.
 */
export const endAccessAndApps = async (sql: Db, userId: string, now: Date): Promise<void> => {
  await endAccess(sql, userId, { now })
  await deleteCodesOf(sql, userId)
  await endAppsOf(sql, userId)
}

/**
 * Ends the mailed links only, for when the address they were sent to no longer belongs to the
 * person.
 */
export const endMailedLinks = async (sql: Db, userId: string, now: Date): Promise<void> => {
  await sql`with ${mailedLinksEnd(sql, userId, now)} select 1`
}

const mailedLinksEnd = (sql: Db, userId: string, now: Date) => sql`
  resets as (update password_resets set used_at = ${now} where user_id = ${userId} and used_at is null),
  links as (delete from mail_links where user_id = ${userId} and purpose <> 'email-back' and used_at is null)`
