import type { Db } from '../postgres/connect.ts'
import type { Place, Vault } from '../vault/vault.ts'

const place = (userId: string): Place => ({
  table: 'authenticator_apps',
  id: userId,
  column: 'secret_sealed',
})

export type AuthenticatorApp = { createdAt: Date; lastUsedAt: Date | null }

export const findAuthenticatorApp = async (
  sql: Db,
  userId: string,
): Promise<AuthenticatorApp | null> => {
  const [row] = await sql<AuthenticatorApp[]>`
    select created_at, last_used_at from authenticator_apps where user_id = ${userId}`
  return row ?? null
}

/** The secret, to check a code against. Null if the person has no app. */
export const openAuthenticatorSecret = async (
  sql: Db,
  vault: Vault,
  userId: string,
): Promise<string | null> => {
  const [row] = await sql<
    { secretSealed: string }[]
  >`select secret_sealed from authenticator_apps where user_id = ${userId}`
  return row ? vault.open(row.secretSealed, place(userId)) : null
}

/** Replaces the previous app. `step` is the time step of the code that confirmed the new app. */
export const saveAuthenticatorApp = async (
  sql: Db,
  vault: Vault,
  app: { userId: string; secret: string; step: number; now: Date },
): Promise<void> => {
  const sealed = vault.seal(app.secret, place(app.userId))
  await sql`
    insert into authenticator_apps (user_id, secret_sealed, last_step, created_at) values (${app.userId}, ${sealed}, ${app.step}, ${app.now})
    on conflict (user_id) do update set secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
      created_at = excluded.created_at, last_used_at = null`
}

/** Marks a code as used. False if a code of this step or a later one was accepted before. */
export const spendStep = async (
  sql: Db,
  userId: string,
  step: number,
  now: Date,
): Promise<boolean> => {
  const { count } = await sql`
    update authenticator_apps set last_step = ${step}, last_used_at = ${now} where user_id = ${userId} and last_step < ${step}`
  return count > 0
}

export const deleteAuthenticatorApp = async (sql: Db, userId: string): Promise<boolean> => {
  const { count } = await sql`delete from authenticator_apps where user_id = ${userId}`
  return count > 0
}
