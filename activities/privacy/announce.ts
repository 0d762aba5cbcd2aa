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
  const { host, hostname } = new URL(deps.publicUrl)
  const data = { ...message, host, url: `${deps.publicUrl}/privacy` }
  try {
    await deps.mail.send({
      to: message.email,
      subject: 'The privacy policy of CrateSocial has changed',
      ...renderEmail('policy', data),
      messageId: `<policy-${message.version}-${message.userId}@${hostname}>`,
    })
  } catch (error) {
    // If the address is rejected permanently, the person sees the change at their next sign-in.
    if (!(error instanceof MailNotTaken) || !error.isFinal) throw error
  }
  await markPolicyEmailed(deps.sql, message, new Date(deps.now()))
}
