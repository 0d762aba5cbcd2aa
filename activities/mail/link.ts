import { issueLinkToken, type LinkPurpose, type LinkToMail } from '../../db/people/mail-links.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import type { Letter } from './letter.ts'
import { renderEmail } from './render.ts'
import type { Mail } from './send.ts'

export type LinkMailDeps = { sql: Sql; mail: Mail; publicUrl: string; now?: () => number }

/** `{host}`: the host of the installation. */
type Words = { subject: string; path: string; before: string; act: string; after: string }

const emails: Record<LinkPurpose, Words> = {
  deletion: {
    subject: 'Confirm the deletion of your data',
    path: 'data-deletion/confirm',
    before: 'Someone, probably you, asked to delete your account and your data at {host}.',
    act: 'Review and confirm',
    after:
      'You’ll see what is deleted before you confirm. The link works once, for 24 hours. If this wasn’t you, ignore this email. Nothing is deleted without this link.',
  },
  email: {
    subject: 'Confirm your new email address',
    path: 'account/email',
    before: 'Someone, probably you, wants to use this address for an account at {host}.',
    act: 'Confirm this address',
    after:
      'The link works once, for 24 hours, and only while you’re signed in to that account. If this wasn’t you, ignore this email and nothing changes.',
  },
  'email-back': {
    subject: 'Your email address was changed',
    path: 'account/email-back',
    before:
      'The email address of your account at {host} was changed. If this wasn’t you, undo it now. That also signs you out everywhere.',
    act: 'Undo the change',
    after:
      'If you made this change, you don’t need to do anything. The link works once, for 7 days.',
  },
  'sign-in': {
    subject: 'Your sign-in link',
    path: 'sign-in/link',
    before: 'There were too many failed attempts to sign in to your account at {host}.',
    act: 'Sign in',
    after:
      'You still need your password. The link works once, for an hour. If you didn’t ask for it, ignore this email. Nobody can sign in with the link alone.',
  },
  export: {
    subject: 'Your data is ready',
    path: 'account/export',
    before: 'The file with everything we hold about you at {host} is ready.',
    act: 'Download file',
    after:
      'The link works once, for 7 days, while you’re signed in. After that, the file is deleted.',
  },
}

/** What the email with a link says. `at`: the address of the installation. */
export const linkLetter = ({ purpose, name, token }: LinkToMail, at: string): Letter => {
  const { subject, path, before, act, after } = emails[purpose]
  return {
    subject,
    name,
    parts: [before.replace('{host}', new URL(at).host)],
    button: { label: act, url: `${at}/${path}/${token}` },
    after: [after],
    reason: 'You get this because your email address was entered in CrateSocial.',
  }
}

/**
 * Emails a link. Can be repeated: each time makes a new token, and only the newest works. Does
 * nothing for a link that was used or has expired.
 */
export const sendMailLink = async (deps: LinkMailDeps, linkId: string): Promise<void> => {
  const link = await issueLinkToken(deps.sql, linkId, new Date(deps.now?.() ?? Date.now()))
  if (!link) return
  await deps.mail.send({
    to: link.email,
    ...renderEmail(linkLetter(link, deps.publicUrl), deps.publicUrl),
  })
}
