import { Eta } from 'eta'
import type { Sql } from '../db/connect.ts'
import { issueResetToken } from '../db/password-resets.ts'
import type { Mail } from './mail.ts'

type Deps = { sql: Sql; mail: Mail; publicUrl: string; now?: () => number }

const views = new URL('../web/views/mail/', import.meta.url).pathname
const html = new Eta({ views, cache: true })
// Nothing to escape in plain text: an apostrophe in a name stays one.
const text = new Eta({ views, cache: true, autoEscape: false })

/**
 * Mails the link of a password reset. Repeatable: each time makes a new token, and only the newest works, so a letter that was
 * sent twice does no harm. Does nothing for a reset that was used, has expired, or whose person is gone.
 */
export const sendPasswordReset = async (deps: Deps, resetId: string): Promise<void> => {
  const reset = await issueResetToken(deps.sql, resetId, new Date(deps.now?.() ?? Date.now()))
  if (!reset) return
  const data = { name: reset.name, url: `${deps.publicUrl}/password-reset/${reset.token}`, host: new URL(deps.publicUrl).host }
  await deps.mail.send({
    to: reset.email,
    subject: 'Your new password for CrateSocial',
    text: text.render('./password-reset-text', data),
    html: html.render('./password-reset-html', data),
  })
}
