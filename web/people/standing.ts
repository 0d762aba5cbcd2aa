import { mailKinds } from '../../db/notifications/outbox.ts'
import type { OutboxStanding } from '../../db/people/operators.ts'
import type { EndingAhead } from '../../platforms/ending.ts'
import type { Health } from '../operate/health.ts'
import type { Evidence } from '../privacy/evidence.ts'
import type { Formats } from '../time/formats.ts'

export type StandingLine = {
  name: string
  words: string
  pill: string
  tone: 'out' | 'wait' | 'need' | ''
}

/** After this many tries, email isn't just slow. */
const manyTries = 3

/**
 * The health of each part of the installation. Email is judged by its queued messages, because only
 * the worker talks to the mail server.
 */
export const healthLines = (health: Health, outbox: OutboxStanding[]): StandingLine[] => {
  const emails = outbox.filter(({ kind }) => mailKinds.some((one) => one === kind))
  const stuck = emails.some(({ tries }) => tries >= manyTries)
  return [
    part(
      'Database',
      health.postgres,
      'PostgreSQL, running',
      'PostgreSQL doesn’t answer. Pages can’t be shown without it.',
    ),
    part(
      'Temporal',
      health.temporal,
      'Running',
      'Temporal doesn’t answer. Nothing new starts. People’s actions are saved and take effect when it’s back.',
    ),
    part('Worker', health.worker, 'Running', 'No worker is running, so nothing is published.'),
    part(
      'Disk',
      health.disk,
      'Has space',
      'Too little space. Uploads are refused until you free some: see docs/operate.md.',
    ),
    part(
      'Mail',
      !stuck,
      emails.length > 0 ? 'Sending' : 'Nothing waiting',
      'Emails have failed repeatedly. Check SMTP_URL and the worker’s log.',
    ),
  ]
}

const part = (name: string, isWell: boolean, well: string, unwell: string): StandingLine =>
  isWell
    ? { name, words: well, pill: 'OK', tone: 'out' }
    : { name, words: unwell, pill: 'needs attention', tone: 'need' }

/** Platform features that end soon or have ended: what breaks, and what to do. */
export const endingLines = (endings: EndingAhead[], fmt: Formats): StandingLine[] =>
  endings.map(({ issuer, what, endsOn, breaks, todo, days }) => ({
    name: `${issuer}: ${what}`,
    words: `${days > 0 ? 'Ends' : 'Ended'} on ${fmt.date(new Date(endsOn))}. ${breaks} ${todo}`,
    pill: days > 0 ? `in ${days} ${days === 1 ? 'day' : 'days'}` : 'ended',
    tone: days > 30 ? 'wait' : 'need',
  }))

/** What the last check of each promise found: counts, and in red what is late or failed. */
export const checkLines = (names: string[], evidence: Record<string, Evidence>): StandingLine[] =>
  names.flatMap((name) => {
    const found = evidence[name]
    return found
      ? [{ name, words: `${found.label} ${found.detail}`, ...checkPills[found.state] }]
      : []
  })

const checkPills: Record<Evidence['state'], Pick<StandingLine, 'pill' | 'tone'>> = {
  held: { pill: '', tone: '' },
  late: { pill: 'late', tone: 'need' },
  failed: { pill: 'failed', tone: 'need' },
  'not yet': { pill: 'not yet', tone: 'wait' },
}
