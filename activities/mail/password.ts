import { issueResetToken, type ResetToMail } from '../../db/people/password-resets.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import type { Letter } from './letter.ts'
import { renderEmail } from './render.ts'
import type { Mail } from './send.ts'

type Deps = { sql: Sql; mail: Mail; publicUrl: string; now?: () => number }

/**
 * Emails the link of a password reset. Can be repeated: each time makes a new token, and only the
 * newest works. Does nothing for a reset that was used or has expired, or if the person no longer
 * exists.
 */
export const sendPasswordReset = async (deps: Deps, resetId: string): Promise<void> => {
  const reset = await issueResetToken(deps.sql, resetId, new Date(deps.now?.() ?? Date.now()))
  if (!reset) return
  await deps.mail.send({
    to: reset.email,
    ...renderEmail(resetLetter(reset, deps.publicUrl), deps.publicUrl),
  })
}

/** What the email says. `at`: the address of the installation. */
export const resetLetter = ({ name, token }: ResetToMail, at: string): Letter => ({
  subject: 'Reset your CrateSocial password',
  name,
  parts: [`Someone, probably you, asked to reset your password at ${new URL(at).host}.`],
  button: { label: 'Choose a new password', url: `${at}/password-reset/${token}` },
  after: [
    'The link works once, for an hour. Changing your password signs you out everywhere.',
    'If this wasn’t you, ignore this email. Nothing changes without this link.',
  ],
  reason: 'You get this because someone entered your email address to reset a password.',
})
