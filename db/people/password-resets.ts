import type { Db } from './connect.ts'
import { hashSecret, newSecret } from './secrets.ts'

export const resetHours = 1

/** Asks for a reset; its token is made when the mail is written (activities/password-mail.ts). */
export const insertPasswordReset = async (sql: Db, userId: string, now: Date): Promise<string> => {
  const [row] = await sql`
    insert into password_resets (user_id, created_at, expires_at)
    values (${userId}, ${now}, ${now}::timestamptz + make_interval(hours => ${resetHours})) returning id`
  return row!.id
}

export type ResetToMail = { token: string; email: string; name: string; expiresAt: Date }

/**
 * Makes a token and keeps its hash; null when the reset was used, has expired, or its person is gone, so there is nothing to mail.
 * A repeat makes a new token, and the one before no longer works.
 */
export const issueResetToken = async (sql: Db, resetId: string, now: Date): Promise<ResetToMail | null> => {
  const token = newSecret()
  const [row] = await sql`
    update password_resets r set token_hash = ${hashSecret(token)}, sent_at = ${now}
    from users u
    where r.id = ${resetId} and u.id = r.user_id and u.deactivated_at is null and r.used_at is null and r.expires_at > ${now}
    returning u.email, u.name, r.expires_at`
  return row ? { token, email: row.email, name: row.name, expiresAt: row.expiresAt } : null
}

export const findOpenReset = async (sql: Db, token: string, now: Date): Promise<{ id: string; userId: string } | null> => {
  const [row] = await sql<{ id: string; userId: string }[]>`
    select r.id, r.user_id from password_resets r join users u on u.id = r.user_id
    where r.token_hash = ${hashSecret(token)} and r.used_at is null and r.expires_at > ${now} and u.deactivated_at is null`
  return row ?? null
}

/** Uses the token up, and with it every other open reset of the person. False when somebody was faster. */
export const spendReset = async (sql: Db, reset: { id: string; userId: string }, now: Date): Promise<boolean> => {
  const { count } = await sql`update password_resets set used_at = ${now} where id = ${reset.id} and used_at is null`
  await spendResetsOf(sql, reset.userId, now)
  return count > 0
}

/** After the password changed, links that were mailed before no longer work. */
export const spendResetsOf = async (sql: Db, userId: string, now: Date): Promise<void> => {
  await sql`update password_resets set used_at = ${now} where user_id = ${userId} and used_at is null`
}
