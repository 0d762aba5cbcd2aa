import { domainToASCII } from 'node:url'
import type { Db } from '../postgres/connect.ts'
import type { DateChoice } from './date-choice.ts'

export type Person = {
  id: string
  email: string
  name: string
  passwordHash: string
  deactivatedAt: Date | null
}

/**
 * Email addresses are stored and compared in lower case, with an international domain such as
 * `müller.example` in its ASCII form.
 */
export const canonicalEmail = (given: string): string => {
  const address = given.trim().toLowerCase()
  const at = address.lastIndexOf('@') + 1
  const domain = address.slice(at)
  return /[^ -~]/.test(domain) && domain.length < 254
    ? address.slice(0, at) + domainToASCII(domain)
    : address
}

/**
 * An account with this address exists. The error doesn't contain the address, so it can be logged.
 */
export class EmailTaken extends Error {
  override name = 'EmailTaken'
}

/**
 * promise: A3: returns the id of the new account. Throws EmailTaken. A conflict must never reach
 * the unique constraint, because PostgreSQL would log the address.
 */
export const insertUser = async (
  sql: Db,
  user: {
    email: string
    name: string
    passwordHash: string
    isOperator: boolean
    dates?: DateChoice
  },
): Promise<string> => {
  const { hours, dateOrder, weekStart } = user.dates ?? {}
  const usual = sql`default`
  const [row] = await sql`
    insert into users (email, name, password_hash, is_operator, hours, date_order, week_start)
    values (${canonicalEmail(user.email)}, ${user.name}, ${user.passwordHash}, ${user.isOperator}, ${hours ?? usual},
      ${dateOrder ?? usual}, ${weekStart ?? usual})
    on conflict on constraint users_email_unique do nothing returning id`
  if (!row) throw new EmailTaken()
  return row.id
}

const emailLock = 727_014

/**
 * Locks an address until the transaction ends. Call it before `insertUser` and `changeEmail`: an
 * update has no `on conflict`, so only this lock keeps two people who take one address at the same
 * time from violating the constraint.
 */
export const lockEmail = async (t: Db, email: string): Promise<void> => {
  await t`select pg_advisory_xact_lock(${emailLock}, hashtext(${canonicalEmail(email)}))`
}

/**
 * Locks the user until the transaction ends, so that changes to how they sign in happen one after
 * the other.
 */
export const lockUser = async (t: Db, id: string): Promise<void> => {
  await t`select from users where id = ${id} for no key update`
}

export const findUserByEmail = async (sql: Db, email: string): Promise<Person | null> => {
  const [row] = await sql<Person[]>`
    select id, email, name, password_hash, deactivated_at from users where email = ${canonicalEmail(email)}`
  return row ?? null
}

export const getUser = async (sql: Db, id: string): Promise<Person> => {
  const [row] = await sql<
    Person[]
  >`select id, email, name, password_hash, deactivated_at from users where id = ${id}`
  if (!row) throw new Error(`there is no user ${id}`)
  return row
}

export const hasOperator = async (sql: Db): Promise<boolean> => {
  const [row] =
    await sql`select exists (select from users where is_operator and deactivated_at is null) as found`
  return row!.found
}

// promise: E2: a person can correct their account data

export const renameUser = async (sql: Db, id: string, name: string): Promise<void> => {
  await sql`update users set name = ${name} where id = ${id}`
}

/** False if someone else has the address. The caller must hold `lockEmail`. */
export const changeEmail = async (sql: Db, id: string, email: string): Promise<boolean> => {
  const { count } = await sql`
    update users set email = ${canonicalEmail(email)}
    where id = ${id} and not exists (select from users where email = ${canonicalEmail(email)} and id <> ${id})`
  return count > 0
}

export const changeTheme = async (sql: Db, id: string, theme: string): Promise<void> => {
  await sql`update users set theme = ${theme} where id = ${id}`
}

export const changeDates = async (
  sql: Db,
  id: string,
  { hours, dateOrder, weekStart }: DateChoice,
): Promise<void> => {
  await sql`
    update users set hours = ${hours}, date_order = ${dateOrder}, week_start = ${weekStart} where id = ${id}`
}

export const changeShortcuts = async (sql: Db, id: string, areOn: boolean): Promise<void> => {
  await sql`update users set has_shortcuts = ${areOn} where id = ${id}`
}

export const changePasswordHash = async (
  sql: Db,
  id: string,
  passwordHash: string,
): Promise<void> => {
  await sql`update users set password_hash = ${passwordHash} where id = ${id}`
}

export const makeOperator = async (sql: Db, id: string): Promise<void> => {
  await sql`update users set is_operator = true where id = ${id}`
}

/** When the password was last changed or reset. Null if it never was. */
export const findPasswordChange = async (sql: Db, id: string): Promise<Date | null> => {
  const [row] = await sql<{ at: Date | null }[]>`
    select max(at) as at from events where subject_id = ${id} and name in ('password.changed', 'password.reset')`
  return row?.at ?? null
}

/** Whether the person may sign in: active, or deactivated by themselves and not being erased. */
export const maySignIn = async (sql: Db, id: string): Promise<boolean> => {
  const rows = await sql`
    select from users u where u.id = ${id} and (u.deactivated_at is null or (u.deactivated_by = 'person'
      and not exists (select from deletion_requests d where d.user_id = u.id and d.finished_at is null)))`
  return rows.length > 0
}
