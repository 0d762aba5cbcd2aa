import type { Db } from './connect.ts'

export type Person = { id: string; email: string; name: string; passwordHash: string; deactivatedAt: Date | null }

/** Email addresses are compared and kept in lower case. */
export const canonicalEmail = (given: string): string => given.trim().toLowerCase()

/** promise: A3: these are all the columns there are about a person. */
export const insertUser = async (
  sql: Db,
  user: { email: string; name: string; passwordHash: string; isOperator: boolean },
): Promise<string> => {
  const [row] = await sql`
    insert into users (email, name, password_hash, is_operator)
    values (${canonicalEmail(user.email)}, ${user.name}, ${user.passwordHash}, ${user.isOperator}) returning id`
  return row!.id
}

export const findUserByEmail = async (sql: Db, email: string): Promise<Person | null> => {
  const [row] = await sql<Person[]>`
    select id, email, name, password_hash, deactivated_at from users where email = ${canonicalEmail(email)}`
  return row ?? null
}

export const getUser = async (sql: Db, id: string): Promise<Person> => {
  const [row] = await sql<Person[]>`select id, email, name, password_hash, deactivated_at from users where id = ${id}`
  if (!row) throw new Error(`there is no user ${id}`)
  return row
}

export const hasOperator = async (sql: Db): Promise<boolean> => {
  const [row] = await sql`select exists (select from users where is_operator and deactivated_at is null) as found`
  return row!.found
}

// promise: E2: a person can correct their account data

export const renameUser = async (sql: Db, id: string, name: string): Promise<void> => {
  await sql`update users set name = ${name} where id = ${id}`
}

/** False when somebody else has the address. */
export const changeEmail = async (sql: Db, id: string, email: string): Promise<boolean> => {
  const { count } = await sql`
    update users set email = ${canonicalEmail(email)}
    where id = ${id} and not exists (select from users where email = ${canonicalEmail(email)} and id <> ${id})`
  return count > 0
}

export const changeTheme = async (sql: Db, id: string, theme: string): Promise<void> => {
  await sql`update users set theme = ${theme} where id = ${id}`
}

export const changePasswordHash = async (sql: Db, id: string, passwordHash: string): Promise<void> => {
  await sql`update users set password_hash = ${passwordHash} where id = ${id}`
}

export const makeOperator = async (sql: Db, id: string): Promise<void> => {
  await sql`update users set is_operator = true where id = ${id}`
}
