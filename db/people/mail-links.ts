import type { Db } from './connect.ts'
import { hashSecret, newSecret } from './secrets.ts'

/** What a mailed link does: begins an erasure, makes an address one's own, fetches an export. */
export type LinkPurpose = 'deletion' | 'email' | 'email-back' | 'export'
export type NewLink = { userId: string; purpose: LinkPurpose; newEmail?: string; exportId?: string; now: Date }

/** For how long a link works. */
export const linkHours: Record<LinkPurpose, number> = { deletion: 24, email: 24, 'email-back': 24 * 7, export: 24 * 7 }

/** Asks for a link; its token is made when the mail is written (activities/link-mail.ts). Earlier ones for the same thing end. */
export const insertMailLink = async (sql: Db, link: NewLink): Promise<string> => {
  const { userId, purpose, now } = link
  // Each former address can take its change back, however many follow.
  if (purpose !== 'email-back')
    await sql`delete from mail_links where user_id = ${userId} and purpose = ${purpose} and used_at is null`
  const [row] = await sql<{ id: string }[]>`
    insert into mail_links (user_id, purpose, new_email, export_id, created_at, expires_at)
    values (${userId}, ${purpose}, ${link.newEmail ?? null}, ${link.exportId ?? null}, ${now},
      ${now}::timestamptz + make_interval(hours => ${linkHours[purpose]})) returning id`
  return row!.id
}

export type LinkToMail = { purpose: LinkPurpose; email: string; name: string; token: string }

/** Makes a token and keeps its hash; null when there is nothing to mail any more. A repeat makes a new token. */
export const issueLinkToken = async (sql: Db, id: string, now: Date): Promise<LinkToMail | null> => {
  const token = newSecret()
  const [row] = await sql<Omit<LinkToMail, 'token'>[]>`
    update mail_links l set token_hash = ${hashSecret(token)}, sent_at = ${now} from users u
    where l.id = ${id} and u.id = l.user_id and l.used_at is null and l.expires_at > ${now}
    returning l.purpose, coalesce(l.new_email, u.email) as email, u.name`
  return row ? { ...row, token } : null
}

export type OpenLink = { id: string; userId: string; newEmail: string | null; exportId: string | null }

/** Null for a token that never was, was used, or has expired. */
export const findOpenLink = async (sql: Db, purpose: LinkPurpose, token: string, now: Date): Promise<OpenLink | null> => {
  const [row] = await sql<OpenLink[]>`
    select id, user_id, new_email, export_id from mail_links
    where purpose = ${purpose} and token_hash = ${hashSecret(token)} and used_at is null and expires_at > ${now}`
  return row ?? null
}

/** Uses the link up; false when somebody was faster. */
export const spendLink = async (sql: Db, id: string, now: Date): Promise<boolean> => {
  const { count } = await sql`update mail_links set used_at = ${now} where id = ${id} and used_at is null`
  return count > 0
}

/** What the link was for did not come about: it works again. */
export const reopenLink = async (sql: Db, id: string): Promise<void> => {
  await sql`update mail_links set used_at = null where id = ${id}`
}
