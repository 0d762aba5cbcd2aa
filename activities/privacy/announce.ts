import { Context } from '@temporalio/activity'
import type { Sql } from '../../db/postgres/connect.ts'
import {
  addressLetters,
  type LetterToWrite,
  listLettersToWrite,
  markAnnounced,
  markLetterMailed,
} from '../../db/privacy/policy-versions.ts'
import type { PolicyRef } from '../../workflows/names.ts'
import { renderLetter } from '../mail/render.ts'
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
    const letters = await listLettersToWrite(deps.sql, version, batch)
    for (const letter of letters) {
      await mailOne(deps, letter).catch((error: unknown) => {
        if (!(error instanceof MailNotTaken)) throw error
        throw notYet(backoffMs(Context.current().info.attempt, 1_000, 300_000))
      })
      Context.current().heartbeat()
    }
    return { left: letters.length === batch }
  },

  endAnnouncement: ({ version }: PolicyRef): Promise<void> => markAnnounced(deps.sql, version, new Date(deps.now())),
})

/**
 * Marks the letter as mailed after the server accepted it. If that is interrupted, it is sent again
 * with the same Message-ID.
 */
const mailOne = async (deps: AnnouncingDeps, letter: LetterToWrite): Promise<void> => {
  const { host, hostname } = new URL(deps.publicUrl)
  const data = { ...letter, host, url: `${deps.publicUrl}/privacy` }
  try {
    await deps.mail.send({
      to: letter.email,
      subject: 'The privacy policy of CrateSocial has changed',
      ...renderLetter('policy', data),
      messageId: `<policy-${letter.version}-${letter.userId}@${hostname}>`,
    })
  } catch (error) {
    // If the address is rejected permanently, the person sees the change at their next sign-in.
    if (!(error instanceof MailNotTaken) || !error.isFinal) throw error
  }
  await markLetterMailed(deps.sql, letter, new Date(deps.now()))
}
