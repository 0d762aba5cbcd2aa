import { issueResetToken } from '../../db/people/password-resets.ts'
import type { Sql } from '../../db/postgres/connect.ts'
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
  const data = {
    name: reset.name,
    url: `${deps.publicUrl}/password-reset/${reset.token}`,
    host: new URL(deps.publicUrl).host,
  }
  await deps.mail.send({
    to: reset.email,
    subject: 'Reset your CrateSocial password',
    ...renderEmail('password-reset', data),
  })
}
