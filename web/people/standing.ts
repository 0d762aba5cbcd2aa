import type { Figures } from '../../db/notifications/figures.ts'
import type { OutboxStanding } from '../../db/people/operators.ts'
import type { EndingAhead } from '../../platforms/ending.ts'
import type { Health } from '../operate/health.ts'
import type { Evidence } from '../privacy/evidence.ts'
import type { Formats } from '../time/formats.ts'

export type StandingLine = { name: string; words: string; pill: string; tone: 'out' | 'wait' | 'need' | '' }

const mailKinds = ['notice', 'password-reset', 'mail-link']
/** After this many tries, email isn't just slow. */
const manyTries = 3

/**
 * The health of each part of the installation. Email is judged by its queued messages, because only
 * the worker talks to the mail server.
 */
export const healthLines = (health: Health, outbox: OutboxStanding[]): StandingLine[] => {
  const emails = outbox.filter(({ kind }) => mailKinds.includes(kind))
  const stuck = emails.some(({ tries }) => tries >= manyTries)
  return [
    part('Database', health.postgres, 'PostgreSQL', 'PostgreSQL doesn’t answer. Pages can’t be shown without it.'),
    part(
      'Temporal',
      health.temporal,
      'runs what is scheduled',
      'Temporal doesn’t answer. Nothing new starts. People’s actions are saved and take effect when it’s back.',
    ),
    part('Worker', health.worker, 'takes tasks from Temporal', 'No worker is running, so nothing is published.'),
    part('Disk', health.disk, 'has space', 'Too little space. Uploads are refused until you free some: see docs/operate.md.'),
    part(
      'Mail',
      !stuck,
      emails.length > 0 ? 'emails are being sent' : 'nothing is waiting',
      'Emails have failed repeatedly. Check SMTP_URL and the worker’s log.',
    ),
  ]
}

const part = (name: string, isWell: boolean, well: string, unwell: string): StandingLine =>
  isWell ? { name, words: well, pill: 'OK', tone: 'out' } : { name, words: unwell, pill: 'needs attention', tone: 'need' }

/**
 * The figures that operators look at first; problems are red. `troubled` is null if Temporal
 * doesn't report it.
 */
export const figureLines = (figures: Figures, troubled: number | null, fmt: Formats): StandingLine[] => {
  const { outbox, grants, open } = figures
  const onTheirWay = open.reduce((sum, { count }) => sum + count, 0)
  return [
    counted('Scheduled posts', onTheirWay, 'scheduled, being prepared, sent or processed, counted once per account', fmt, ''),
    counted('Overdue', figures.overdue, 'due more than a minute ago, not paused or blocked, and not sent', fmt),
    counted('Outcome unknown', figures.unconfirmed, 'sent, and being checked or waiting for someone to decide', fmt, 'wait'),
    counted(
      'Waiting in the outbox',
      outbox.count,
      `for Temporal or the mail server, the oldest for ${Math.round(outbox.oldestAgeS)} s`,
      fmt,
      outbox.oldestAgeS > 60 ? 'need' : 'wait',
    ),
    counted('Renewals due', grants.renewalsDue, 'tokens past three quarters of their lifetime', fmt),
    counted('Failing renewals', grants.renewalsFailing, 'retried automatically', fmt, 'wait'),
    counted('Connections that need attention', grants.reauthorize, 'their admins were notified', fmt, 'wait'),
    counted(
      'Revocations unconfirmed',
      figures.revocations,
      'tokens are no longer used, and the platform hasn’t confirmed',
      fmt,
      'wait',
    ),
    counted('Deletion requests open', figures.deletions, 'in progress', fmt, 'wait'),
    readingsLine(figures.oldestReadingS, fmt),
    troubled === null
      ? { name: 'Workflows in trouble', words: 'Temporal doesn’t report this', pill: 'unknown', tone: 'wait' }
      : counted('Workflows in trouble', troubled, 'their code fails; see docs/operate.md', fmt),
  ]
}

/** After a failure, measuring pauses for up to six hours. After a day, a person has to act. */
const readingsLine = (ageS: number, fmt: Formats): StandingLine => {
  const hours = Math.floor(ageS / 3600)
  return hours < 24
    ? { name: 'Overdue insights', words: 'none for more than a day', pill: '', tone: '' }
    : {
        name: 'Overdue insights',
        words: 'insights aren’t updating; the oldest has waited this long',
        pill: `${fmt.count(hours)} h`,
        tone: 'need',
      }
}

const counted = (name: string, count: number, words: string, fmt: Formats, tone: StandingLine['tone'] = 'need'): StandingLine =>
  count === 0 ? { name, words: 'none', pill: '', tone: '' } : { name, words, pill: fmt.count(count), tone }

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
    return found ? [{ name, words: `${found.label} ${found.detail}`, ...checkPills[found.state] }] : []
  })

const checkPills: Record<Evidence['state'], Pick<StandingLine, 'pill' | 'tone'>> = {
  held: { pill: '', tone: '' },
  late: { pill: 'late', tone: 'need' },
  failed: { pill: 'failed', tone: 'need' },
  'not yet': { pill: 'not yet', tone: 'wait' },
}
