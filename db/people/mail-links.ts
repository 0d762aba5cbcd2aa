import type { Db } from '../postgres/connect.ts'
import { hashSecret, newSecret } from '../vault/secrets.ts'

/**
 * What a mailed link does: confirm a deletion, confirm or undo an email change, download an export,
 * or sign in after too many attempts.
 */
export type LinkPurpose = 'deletion' | 'email' | 'email-back' | 'export' | 'sign-in'
export type NewLink = {
  userId: string
  purpose: LinkPurpose
  newEmail?: string
  exportId?: string
  now: Date
}

/** How long a link works, in hours. */
const linkHours: Record<LinkPurpose, number> = {
  deletion: 24,
  email: 24,
  'email-back': 24 * 7,
  export: 24 * 7,
  'sign-in': 1,
}

/**
 * Requested by a signed-in person, so a new link replaces the earlier one. Anyone can request the
 * other kinds, and must not be able to end someone's earlier link.
 */
const askedInSession: LinkPurpose[] = ['email', 'export']

/** Adds a link. Its token is created when the email is written (activities/mail/link.ts). */
export const insertMailLink = async (sql: Db, link: NewLink): Promise<string> => {
  const { userId, purpose, now } = link
  if (askedInSession.includes(purpose))
    await sql`delete from mail_links where user_id = ${userId} and purpose = ${purpose} and used_at is null`
  const [row] = await sql<{ id: string }[]>`
    insert into mail_links (user_id, purpose, new_email, export_id, created_at, expires_at)
    values (${userId}, ${purpose}, ${link.newEmail ?? null}, ${link.exportId ?? null}, ${now},
      ${now}::timestamptz + make_interval(hours => ${linkHours[purpose]})) returning id`
  return row!.id
}

export type LinkToMail = { purpose: LinkPurpose; email: string; name: string; token: string }

/**
 * Creates a token and stores its hash. Calling it again creates a new token. Null if the link was
 * used or has expired.
 */
export const issueLinkToken = async (
  sql: Db,
  id: string,
  now: Date,
): Promise<LinkToMail | null> => {
  const token = newSecret()
  const [row] = await sql<Omit<LinkToMail, 'token'>[]>`
    update mail_links l set token_hash = ${hashSecret(token)}, sent_at = ${now} from users u
    where l.id = ${id} and u.id = l.user_id and l.used_at is null and l.expires_at > ${now}
    returning l.purpose, coalesce(l.new_email, u.email) as email, u.name`
  return row ? { ...row, token } : null
}

export type OpenLink = {
  id: string
  userId: string
  newEmail: string | null
  exportId: string | null
  createdAt: Date
}

/** Null if the token is unknown, used or expired. */
export const findOpenLink = async (
  sql: Db,
  purpose: LinkPurpose,
  token: string,
  now: Date,
): Promise<OpenLink | null> => {
  const [row] = await sql<OpenLink[]>`
    select id, user_id, new_email, export_id, created_at from mail_links
    where purpose = ${purpose} and token_hash = ${hashSecret(token)} and used_at is null and expires_at > ${now}`
  return row ?? null
}

/** Marks the link as used. False if it was used already. */
export const spendLink = async (sql: Db, id: string, now: Date): Promise<boolean> => {
  const { count } =
    await sql`update mail_links set used_at = ${now} where id = ${id} and used_at is null`
  return count > 0
}

/** Makes the link work again, after its action failed. */
export const reopenLink = async (sql: Db, id: string): Promise<void> => {
  await sql`update mail_links set used_at = null where id = ${id}`
}

/** Deletes the unused links of one purpose. False if there were none. */
export const cancelMailLink = async (
  sql: Db,
  userId: string,
  purpose: LinkPurpose,
): Promise<boolean> => {
  const { count } =
    await sql`delete from mail_links where user_id = ${userId} and purpose = ${purpose} and used_at is null`
  return count > 0
}

/** The email change that waits for confirmation, for the account page. */
export const findPendingEmail = async (
  sql: Db,
  userId: string,
  now: Date,
): Promise<{ email: string; expiresAt: Date } | null> => {
  const [row] = await sql<{ email: string; expiresAt: Date }[]>`
    select new_email as email, expires_at from mail_links
    where user_id = ${userId} and purpose = 'email' and used_at is null and expires_at > ${now}`
  return row ?? null
}
