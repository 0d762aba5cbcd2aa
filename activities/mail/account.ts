import {
  type AccountEvent,
  type AccountEventToMail,
  findAccountEvent,
} from '../../db/people/account-events.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import { beforeTime, type DateStyle, dateWriters } from '../../text/date-style.ts'
import type { Letter } from './letter.ts'
import { renderEmail } from './render.ts'
import type { Mail } from './send.ts'

export type AccountMailDeps = { sql: Sql; mail: Mail; publicUrl: string }

/**
 * `otherwise`: what to do if it was not the reader, or null if that makes no sense. `links`: the
 * account links unless set. `{date}`: when the account is deleted.
 */
type Words = {
  subject: string
  happened: string
  otherwise: string | null
  links?: 'sign-in' | 'none'
}

const unlessYou = 'If this was you, you don’t need to do anything.'
const reason = 'We email you whenever the way you sign in or the state of your account changes.'

const appsEnded =
  'Apps that you connected were disconnected. API keys that you created still work: admins can end them under Settings, Developers.'

const changePassword =
  'If this wasn’t you, someone else has access to your account. Reset your password now, then review your account.'

const removeIt =
  'If this wasn’t you, someone else has access to your account. Reset your password now, then remove what you didn’t add.'

const emails: Record<AccountEvent, Words> = {
  'email.change_requested': {
    subject: 'Confirm a change to your email address',
    happened:
      'Someone who is signed in to your account asked to change its email address. The change takes effect when they open the link that we sent to the new address.',
    otherwise: 'If this wasn’t you, change your password now. That also cancels the change.',
  },
  'password.changed': {
    subject: 'Your password was changed',
    happened: `Your password was changed. You were signed out everywhere else. ${appsEnded}`,
    otherwise: changePassword,
  },
  'password.reset': {
    subject: 'Your password was reset',
    happened: `Your password was reset with a link from an email. You were signed out everywhere. ${appsEnded}`,
    otherwise: changePassword,
  },
  'passkey.added': {
    subject: 'A passkey was added',
    happened: 'A passkey was added to your account. It can be used to sign in.',
    otherwise: removeIt,
  },
  'passkey.removed': {
    subject: 'A passkey was removed',
    happened: 'A passkey was removed from your account. It can no longer be used to sign in.',
    otherwise: changePassword,
  },
  'authenticator.added': {
    subject: 'An authenticator app was added',
    happened:
      'An authenticator app was added to your account. Signing in with your password now needs a code from it.',
    otherwise: removeIt,
  },
  'authenticator.replaced': {
    subject: 'Your authenticator app was replaced',
    happened: 'Your authenticator app was replaced. Codes from the old app no longer work.',
    otherwise: removeIt,
  },
  'authenticator.removed': {
    subject: 'Your authenticator app was removed',
    happened: 'The authenticator app was removed from your account.',
    otherwise: changePassword,
  },
  'recovery_codes.made': {
    subject: 'New recovery codes were created',
    happened: 'New recovery codes were created for your account. Your old codes no longer work.',
    otherwise: changePassword,
  },
  'recovery_code.used': {
    subject: 'A recovery code was used',
    happened: 'One of your recovery codes was used. Each code works only once.',
    otherwise: changePassword,
  },
  'second_factor.reset': {
    subject: 'Your two-step sign-in was reset',
    happened:
      'An admin or operator reset two-step sign-in for your account. Your passkeys, authenticator app and recovery codes no longer work, you were signed out everywhere, and apps that you connected were disconnected.',
    otherwise: 'If you didn’t ask for this, contact your admin and set up two-step sign-in again.',
  },
  'second_factor.refused': {
    subject: 'Someone entered wrong sign-in codes',
    happened:
      'Someone who knows your password entered wrong codes several times. They couldn’t sign in.',
    otherwise: 'If this wasn’t you, reset your password now.',
  },
  'account.deactivated': {
    subject: 'Your account was deactivated',
    happened:
      'You deactivated your account and were signed out everywhere. To keep it, sign in before {date}. After that, it’s deleted.',
    otherwise: 'If this wasn’t you, sign in to reactivate your account, then change your password.',
    links: 'sign-in',
  },
  'member.deactivated': {
    subject: 'Your account was deactivated',
    happened:
      'An admin of your workspace deactivated your account. You were signed out everywhere. On {date}, it’s deleted. To keep it, ask an admin of your workspace to reactivate it before then.',
    otherwise: null,
    links: 'none',
  },
  'account.deletion_near': {
    subject: 'Your account will be deleted soon',
    happened:
      'Your account is deactivated. On {date}, it’s deleted. If you deactivated it yourself, sign in before then to keep it. If an admin did, ask an admin of your workspace to reactivate it.',
    otherwise: null,
    links: 'sign-in',
  },
}

// In UTC, because we don't know the reader's time zone.
const dayOf = (dates: DateStyle, date: Date): string => dateWriters(dates, 'UTC').date(date)
const timeOf = (dates: DateStyle, date: Date): string => {
  const write = dateWriters(dates, 'UTC')
  return `${write.dayOfYear(date)}${beforeTime(dates)}${write.time(date)} UTC`
}

/** What the email about an event says. `at`: the address of the installation. */
export const accountLetter = (event: AccountEventToMail, at: string): Letter => {
  const { subject, happened, otherwise, links } = emails[event.name]
  const signIn = { label: 'Sign in', url: `${at}/sign-in` }
  const account = { label: 'Review your account', url: `${at}/account/security` }
  const reset = { label: 'Reset your password', url: `${at}/password-reset` }
  return {
    subject,
    name: event.personName,
    parts: [
      happened.replace('{date}', event.erasedAt ? dayOf(event, event.erasedAt) : ''),
      {
        facts: [
          ['Account', `${event.email} at ${new URL(at).host}`],
          ['Time', timeOf(event, event.at)],
        ],
      },
      ...(otherwise ? [`${unlessYou} ${otherwise}`] : []),
    ],
    button: links === 'none' ? null : links === 'sign-in' ? signIn : account,
    after: links ? [] : [reset],
    reason,
  }
}

/**
 * Emails a person about a change to how they sign in. Can be repeated: a second email has the same
 * Message-ID, so mail programs show only one.
 */
export const sendAccountMail = async (deps: AccountMailDeps, eventId: string): Promise<void> => {
  const event = await findAccountEvent(deps.sql, eventId)
  if (!event) return
  // The account was reactivated in the meantime.
  if (emails[event.name].happened.includes('{date}') && !event.erasedAt) return
  await deps.mail.send({
    to: event.email,
    messageId: `<account-${eventId}@${new URL(deps.publicUrl).hostname}>`,
    ...renderEmail(accountLetter(event, deps.publicUrl), deps.publicUrl),
  })
}
