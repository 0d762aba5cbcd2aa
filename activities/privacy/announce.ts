import { Context } from '@temporalio/activity'
import type { Sql } from '../../db/postgres/connect.ts'
import {
  addressLetters,
  listPolicyEmails,
  markAnnounced,
  markPolicyEmailed,
  type PolicyEmail,
} from '../../db/privacy/policy-versions.ts'
import type { PolicyRef } from '../../workflows/names.ts'
import type { Letter } from '../mail/letter.ts'
import { renderEmail } from '../mail/render.ts'
import { type Mail, MailNotTaken } from '../mail/send.ts'
import { backoffMs, notYet } from '../retry.ts'

export type AnnouncingDeps = { sql: Sql; mail: Mail; publicUrl: string; now: () => number }
export type AnnouncingActivities = ReturnType<typeof createAnnouncingActivities>

const batch = 50

export const createAnnouncingActivities = (deps: AnnouncingDeps) => ({
  addressPolicy: ({ version }: PolicyRef): Promise<void> => addressLetters(deps.sql, version),

  /**
   * Mails some of the people who haven't got it yet. Returns whether any are left. Retries for as
   * long as the mail server accepts nothing.
   */
  mailPolicy: async ({ version }: PolicyRef): Promise<{ left: boolean }> => {
    const messages = await listPolicyEmails(deps.sql, version, batch)
    for (const message of messages) {
      await mailOne(deps, message).catch((error: unknown) => {
        if (!(error instanceof MailNotTaken)) throw error
        throw notYet(backoffMs(Context.current().info.attempt, 1_000, 300_000))
      })
      Context.current().heartbeat()
    }
    return { left: messages.length === batch }
  },

  endAnnouncement: ({ version }: PolicyRef): Promise<void> =>
    markAnnounced(deps.sql, version, new Date(deps.now())),
})

/**
 * Marks the message as mailed after the server accepted it. If that is interrupted, it is sent again
 * with the same Message-ID.
 */
const mailOne = async (deps: AnnouncingDeps, message: PolicyEmail): Promise<void> => {
  try {
    await deps.mail.send({
      to: message.email,
      ...renderEmail(policyLetter(message, deps.publicUrl), deps.publicUrl),
      messageId: `<policy-${message.version}-${message.userId}@${new URL(deps.publicUrl).hostname}>`,
    })
  } catch (error) {
    // If the address is rejected permanently, the person sees the change at their next sign-in.
    if (!(error instanceof MailNotTaken) || !error.isFinal) throw error
  }
  await markPolicyEmailed(deps.sql, message, new Date(deps.now()))
}

/** What the email says. `at`: the address of the installation. */
export const policyLetter = ({ name, version, changes }: PolicyEmail, at: string): Letter => ({
  subject: 'The privacy policy of CrateSocial has changed',
  name,
  parts: [
    `We have updated the privacy policy of CrateSocial at ${new URL(at).host}. This is version ${version}. What changed:`,
    changes,
  ],
  button: { label: 'Read the full policy', url: `${at}/privacy` },
  after: [
    'By continuing to use CrateSocial, you accept the updated policy. The page also says how to export your data and how to have it deleted.',
  ],
  reason: 'You get this because you have an account.',
})
