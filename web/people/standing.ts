import type { Figures } from '../db/figures.ts'
import type { OutboxStanding } from '../db/operators.ts'
import type { Formats } from './formats.ts'
import type { Health } from './health.ts'

export type Line = { name: string; words: string; pill: string; tone: 'out' | 'wait' | 'need' | '' }

const mailKinds = ['notice', 'password-reset', 'mail-link']
/** After so many tries mail is not just slow. */
const manyTries = 3

/** What the installation stands on, a line each. Mail shows by what waits for it: the worker is what speaks to the mail server. */
export const healthLines = (health: Health, outbox: OutboxStanding[]): Line[] => {
  const letters = outbox.filter(({ kind }) => mailKinds.includes(kind))
  const stuck = letters.some(({ tries }) => tries >= manyTries)
  return [
    part('PostgreSQL', health.postgres, 'keeps everything', 'Pages cannot be shown without it.'),
    part(
      'Temporal',
      health.temporal,
      'drives what happens in time',
      'Nothing new begins; what people decide is kept until it is back.',
    ),
    part('Worker', health.worker, 'asks for work', 'Nobody asks Temporal for work: nothing is published.'),
    part(
      'Mail',
      !stuck,
      letters.length > 0 ? 'letters are on their way' : 'nothing waits',
      'Letters were tried again and again: look at SMTP_URL and the worker’s log.',
    ),
  ]
}

const part = (name: string, isWell: boolean, well: string, unwell: string): Line =>
  isWell ? { name, words: well, pill: 'well', tone: 'out' } : { name, words: unwell, pill: 'needs you', tone: 'need' }

/** What an operator looks at first, worst case in red. `troubled`: null when the cluster does not say. */
export const figureLines = (figures: Figures, troubled: number | null, fmt: Formats): Line[] => {
  const { outbox, grants, open } = figures
  const onTheirWay = open.reduce((sum, { count }) => sum + count, 0)
  return [
    counted('Posts on their way', onTheirWay, 'scheduled, being prepared, sent or processed; one for each account', fmt, ''),
    counted('Overdue', figures.overdue, 'due for more than a minute, free to go, not sent', fmt),
    counted('Outcome unknown', figures.unconfirmed, 'sent; being looked up, or left for a person to decide', fmt, 'wait'),
    counted(
      'Waiting to be told',
      outbox.count,
      `to Temporal or by mail; the oldest for ${Math.round(outbox.oldestAgeS)} s`,
      fmt,
      outbox.oldestAgeS > 60 ? 'need' : 'wait',
    ),
    counted('Renewals due', grants.renewalsDue, 'tokens past three quarters of their life', fmt),
    counted('Renewals that fail', grants.renewalsFailing, 'tried again by themselves', fmt, 'wait'),
    counted('Authorizations that need a person', grants.reauthorize, 'their admins were told', fmt, 'wait'),
    counted('Revocations unconfirmed', figures.revocations, 'tokens are out of use; the platform has not answered', fmt, 'wait'),
    counted('Deletion requests open', figures.deletions, 'under way', fmt, 'wait'),
    troubled === null
      ? { name: 'Workflows in trouble', words: 'the cluster does not say', pill: 'unknown', tone: 'wait' }
      : counted('Workflows in trouble', troubled, 'their own code fails; see docs/operate.md', fmt),
  ]
}

const counted = (name: string, count: number, words: string, fmt: Formats, tone: Line['tone'] = 'need'): Line =>
  count === 0 ? { name, words: 'none', pill: '', tone: '' } : { name, words, pill: fmt.count(count), tone }

/** A rule is swept daily; after two days without it says so. */
export const sweepLines = (figures: Figures): Line[] =>
  figures.sweeps.map(({ rule, ageS }) => ({
    name: rule,
    words: `swept ${ago(ageS)}`,
    ...(ageS > 2 * 86_400 ? { pill: 'late', tone: 'need' as const } : { pill: '', tone: '' as const }),
  }))

const ago = (seconds: number): string => {
  const hours = seconds / 3_600
  if (hours < 1) return 'within the hour'
  return hours < 48 ? `${Math.round(hours)} hours ago` : `${Math.round(hours / 24)} days ago`
}
