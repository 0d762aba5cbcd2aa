import { issueLinkToken, type LinkPurpose } from '../../db/people/mail-links.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import { renderEmail } from './render.ts'
import type { Mail } from './send.ts'

export type LinkMailDeps = { sql: Sql; mail: Mail; publicUrl: string; now?: () => number }

type Words = { subject: string; path: string; before: string; act: string; after: string }

const emails: Record<LinkPurpose, Words> = {
  deletion: {
    subject: 'Confirm the deletion of your data',
    path: 'data-deletion/confirm',
    before: 'somebody, probably you, asked to delete your account and your data at',
    act: 'See what will be deleted, and confirm',
    after:
      'The link works once, for a day. If this wasn’t you, ignore this email. Nothing is deleted without this link.',
  },
  email: {
    subject: 'Confirm your new email address',
    path: 'account/email',
    before: 'someone, probably you, wants to use this address for an account at',
    act: 'Confirm this address',
    after:
      'The link works once, for 24 hours, and only while you are signed in to that account. If this wasn’t you, ignore this email and nothing changes.',
  },
  'email-back': {
    subject: 'Your email address was changed',
    path: 'account/email-back',
    before: 'the email address of your account was changed at',
    act: 'Undo the change',
    after:
      "If you made this change, you don't need to do anything. The link works once, for 7 days.",
  },
  'sign-in': {
    subject: 'Your sign-in link',
    path: 'sign-in/link',
    before: 'there were too many failed attempts to sign in to your account at',
    act: 'Sign in',
    after:
      'You still need your password. The link works once, for an hour. If you didn’t ask for it, ignore this email. Nobody can sign in with the link alone.',
  },
  export: {
    subject: 'Your data is ready',
    path: 'account/export',
    before: 'the file with everything we hold about you is ready at',
    act: 'Download file',
    after:
      'The link works once, for a week, while you’re signed in. After that, the file is deleted.',
  },
}

/**
 * Emails a link. Can be repeated: each time makes a new token, and only the newest works. Does
 * nothing for a link that was used or has expired.
 */
export const sendMailLink = async (deps: LinkMailDeps, linkId: string): Promise<void> => {
  const link = await issueLinkToken(deps.sql, linkId, new Date(deps.now?.() ?? Date.now()))
  if (!link) return
  const words = emails[link.purpose]
  const data = {
    ...words,
    name: link.name,
    url: `${deps.publicUrl}/${words.path}/${link.token}`,
    host: new URL(deps.publicUrl).host,
  }
  await deps.mail.send({
    to: link.email,
    subject: words.subject,
    ...renderEmail('link', data),
  })
}
