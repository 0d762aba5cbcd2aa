import { setTimeout as sleep } from 'node:timers/promises'
import type { Email } from '../../activities/mail/send.ts'

/**
 * Waits for the newest email to an address and returns its link. `after`: skips that many emails.
 */
export const mailedLink = async (
  letters: Email[],
  email: string,
  { after = 0, subject = '' } = {},
): Promise<string> => {
  for (const giveUpAt = Date.now() + 60_000; Date.now() < giveUpAt; await sleep(100)) {
    const letter = letters
      .slice(after)
      .findLast((one) => one.to === email && one.subject.startsWith(subject))
    const link = letter?.text.match(/https?:\/\/\S+/)?.[0]
    if (link) return link
  }
  throw new Error(`no mail to ${email}`)
}
