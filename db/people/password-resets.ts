import type { Db } from '../postgres/connect.ts'
import { hashSecret, newSecret } from '../vault/secrets.ts'

const resetHours = 1

/** Adds a reset. Its token is created when the email is written (activities/mail/password.ts). */
export const insertPasswordReset = async (sql: Db, userId: string, now: Date): Promise<string> => {
  const [row] = await sql`
    insert into password_resets (user_id, created_at, expires_at)
    values (${userId}, ${now}, ${now}::timestamptz + make_interval(hours => ${resetHours})) returning id`
  return row!.id
}

export type ResetToMail = { token: string; email: string; name: string; expiresAt: Date }

/**
 * Creates a token and stores its hash. Calling it again creates a new token and ends the previous
 * one. Null if the reset was used or has expired, or the person is gone or deactivated.
 */
export const issueResetToken = async (
  sql: Db,
  resetId: string,
  now: Date,
): Promise<ResetToMail | null> => {
  const token = newSecret()
  const [row] = await sql`
    update password_resets r set token_hash = ${hashSecret(token)}, sent_at = ${now}
    from users u
    where r.id = ${resetId} and u.id = r.user_id and u.deactivated_at is null and r.used_at is null and r.expires_at > ${now}
    returning u.email, u.name, r.expires_at`
  return row ? { token, email: row.email, name: row.name, expiresAt: row.expiresAt } : null
}

export const findOpenReset = async (
  sql: Db,
  token: string,
  now: Date,
): Promise<{ id: string; userId: string } | null> => {
  const [row] = await sql<{ id: string; userId: string }[]>`
    select r.id, r.user_id from password_resets r join users u on u.id = r.user_id
    where r.token_hash = ${hashSecret(token)} and r.used_at is null and r.expires_at > ${now} and u.deactivated_at is null`
  return row ?? null
}

/** Marks the token as used. False if it was used already. */
export const spendReset = async (sql: Db, id: string, now: Date): Promise<boolean> => {
  const { count } =
    await sql`update password_resets set used_at = ${now} where id = ${id} and used_at is null`
  return count > 0
}
