import { Context } from '@temporalio/activity'
import type { Client } from '@temporalio/client'
import { Eta } from 'eta'
import type { Sql } from '../db/connect.ts'
import {
  addressLetters,
  type LetterToWrite,
  listLettersToWrite,
  listUnannounced,
  markAnnounced,
  markLetterMailed,
  type PublishedVersion,
  savePolicyVersions,
} from '../db/policy-versions.ts'
import type { PolicyRef } from '../workflows/names.ts'
import { tellPolicy } from '../workflows/start.ts'
import { type Mail, MailNotTaken } from './mail.ts'
import { notYet } from './steps.ts'

export type AnnouncingDeps = { sql: Sql; mail: Mail; publicUrl: string; now: () => number }
export type AnnouncingActivities = ReturnType<typeof createAnnouncingActivities>

const batch = 50
const views = new URL('../web/views/mail/', import.meta.url).pathname
const html = new Eta({ views, cache: true })
const text = new Eta({ views, cache: true, autoEscape: false, autoTrim: false })

// promise: L3
/** Called at every start: what web/policy.ts says is published, and a material change that not everybody knows of is announced. */
export const publishPolicy = async (deps: { sql: Sql; client: Client }, versions: PublishedVersion[]): Promise<void> => {
  await savePolicyVersions(deps.sql, versions)
  for (const version of await listUnannounced(deps.sql)) await tellPolicy(deps.client, version)
}

export const createAnnouncingActivities = (deps: AnnouncingDeps) => ({
  addressPolicy: ({ version }: PolicyRef): Promise<void> => addressLetters(deps.sql, version),

  /** Mails some of those who wait for it; says whether any is left. A mail server that takes nothing is asked again, for as long as it takes. */
  mailPolicy: async ({ version }: PolicyRef): Promise<{ left: boolean }> => {
    const letters = await listLettersToWrite(deps.sql, version, batch)
    for (const letter of letters) {
      await mailOne(deps, letter).catch((error: unknown) => {
        if (!(error instanceof MailNotTaken)) throw error
        throw notYet(Math.min(300_000, 1_000 * 2 ** Math.min(Context.current().info.attempt, 9)))
      })
      Context.current().heartbeat()
    }
    return { left: letters.length === batch }
  },

  endAnnouncement: ({ version }: PolicyRef): Promise<void> => markAnnounced(deps.sql, version, new Date(deps.now())),
})

/** Written down after the server took it; should that be cut short, the letter that goes again has the same Message-ID. */
const mailOne = async (deps: AnnouncingDeps, letter: LetterToWrite): Promise<void> => {
  const { host, hostname } = new URL(deps.publicUrl)
  const data = { ...letter, host, url: `${deps.publicUrl}/privacy` }
  try {
    await deps.mail.send({
      to: letter.email,
      subject: 'The privacy policy of CrateSocial has changed',
      text: text.render('./policy-text', data),
      html: html.render('./policy-html', data),
      messageId: `<policy-${letter.version}-${letter.userId}@${hostname}>`,
    })
  } catch (error) {
    // An address that is refused for good is told at the next sign-in.
    if (!(error instanceof MailNotTaken) || !error.isFinal) throw error
  }
  await markLetterMailed(deps.sql, letter, new Date(deps.now()))
}
