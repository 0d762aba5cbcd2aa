import type { Db } from '../postgres/connect.ts'

export type Passkey = {
  id: string
  name: string
  createdAt: Date
  lastUsedAt: Date | null
  backedUp: boolean
}

export const listPasskeys = async (sql: Db, userId: string): Promise<Passkey[]> =>
  await sql<Passkey[]>`
    select id, name, created_at, last_used_at, backed_up from passkeys where user_id = ${userId} order by created_at, id`

export type NewPasskey = {
  userId: string
  name: string
  credentialId: string
  publicKey: Uint8Array
  counter: number
  transports: string[]
  backedUp: boolean
  now: Date
}

/** False if the passkey is already registered, here or in another account. */
export const insertPasskey = async (sql: Db, key: NewPasskey): Promise<boolean> => {
  const { count } = await sql`
    insert into passkeys (user_id, name, credential_id, public_key, counter, transports, backed_up, created_at)
    values (${key.userId}, ${key.name}, ${key.credentialId}, ${Buffer.from(key.publicKey)}, ${key.counter}, ${key.transports},
      ${key.backedUp}, ${key.now})
    on conflict (credential_id) do nothing`
  return count > 0
}

export type StoredCredential = {
  id: string
  userId: string
  credentialId: string
  publicKey: Buffer
  counter: number
  transports: string[]
}

/** The credential that the browser used, and whose it is. */
export const findCredential = async (
  sql: Db,
  credentialId: string,
): Promise<StoredCredential | null> => {
  const [row] = await sql<StoredCredential[]>`
    select id, user_id, credential_id, public_key, counter::float8 as counter, transports from passkeys
    where credential_id = ${credentialId}`
  return row ?? null
}

/** The credentials that the browser may sign in with, or must not register again. */
export const listCredentials = async (
  sql: Db,
  userId: string,
): Promise<{ credentialId: string; transports: string[] }[]> =>
  await sql<{ credentialId: string; transports: string[] }[]>`
    select credential_id, transports from passkeys where user_id = ${userId} order by created_at, id`

export const markPasskeyUsed = async (
  sql: Db,
  id: string,
  use: { counter: number; backedUp: boolean; now: Date },
): Promise<void> => {
  await sql`
    update passkeys set counter = ${use.counter}, backed_up = ${use.backedUp}, last_used_at = ${use.now} where id = ${id}`
}

export const renamePasskey = async (
  sql: Db,
  userId: string,
  id: string,
  name: string,
): Promise<boolean> => {
  const { count } =
    await sql`update passkeys set name = ${name} where id = ${id} and user_id = ${userId}`
  return count > 0
}

export const deletePasskey = async (sql: Db, userId: string, id: string): Promise<boolean> => {
  const { count } = await sql`delete from passkeys where id = ${id} and user_id = ${userId}`
  return count > 0
}
