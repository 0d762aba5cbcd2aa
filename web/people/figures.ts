import type { Figures } from '../../db/notifications/figures.ts'
import type { Formats } from '../time/formats.ts'
import type { StandingLine } from './standing.ts'

/**
 * The figures that operators look at first; problems are red. `publishing` is about posts, `queues`
 * about what the worker still has to do. `troubled` is null if Temporal doesn't report it.
 */
export const figureLines = (
  figures: Figures,
  troubled: number | null,
  fmt: Formats,
): { publishing: StandingLine[]; queues: StandingLine[] } => ({
  publishing: publishingLines(figures, fmt),
  queues: queueLines(figures, troubled, fmt),
})

const publishingLines = ({ overdue, unconfirmed, open, ...figures }: Figures, fmt: Formats) => {
  const onTheirWay = open.reduce((sum, { count }) => sum + count, 0)
  return [
    counted(
      'Overdue',
      overdue,
      'due more than a minute ago, not paused or blocked, and not sent',
      fmt,
    ),
    counted(
      'Outcome unknown',
      unconfirmed,
      'sent, and being checked or waiting for someone to decide',
      fmt,
      'wait',
    ),
    counted(
      'Scheduled posts',
      onTheirWay,
      'scheduled, being prepared, sent or processed, counted once per account',
      fmt,
      '',
    ),
    readingsLine(figures.oldestReadingS, fmt),
  ]
}

const queueLines = (
  { outbox, grants, revocations, deletions }: Figures,
  troubled: number | null,
  fmt: Formats,
): StandingLine[] => [
  counted(
    'Waiting in the outbox',
    outbox.count,
    `for Temporal or the mail server, the oldest for ${Math.round(outbox.oldestAgeS)} s`,
    fmt,
    outbox.oldestAgeS > 60 ? 'need' : 'wait',
  ),
  counted('Renewals due', grants.renewalsDue, 'tokens past three quarters of their lifetime', fmt),
  counted('Failing renewals', grants.renewalsFailing, 'retried automatically', fmt, 'wait'),
  counted(
    'Connections that need attention',
    grants.reauthorize,
    'their admins were notified',
    fmt,
    'wait',
  ),
  counted(
    'Revocations unconfirmed',
    revocations,
    'tokens are no longer used, and the platform hasn’t confirmed',
    fmt,
    'wait',
  ),
  counted('Deletion requests open', deletions, 'in progress', fmt, 'wait'),
  troubled === null
    ? {
        name: 'Workflows in trouble',
        words: 'Temporal doesn’t report this',
        pill: 'unknown',
        tone: 'wait',
      }
    : counted('Workflows in trouble', troubled, 'their code fails; see docs/operate.md', fmt),
]

/** After a failure, measuring pauses for up to six hours. After a day, a person has to act. */
const readingsLine = (ageS: number, fmt: Formats): StandingLine => {
  const hours = Math.floor(ageS / 3600)
  return hours < 24
    ? { name: 'Overdue insights', words: '', pill: '0', tone: '' }
    : {
        name: 'Overdue insights',
        words: 'insights aren’t updating; the oldest has waited this long',
        pill: `${fmt.count(hours)} h`,
        tone: 'need',
      }
}

const counted = (
  name: string,
  count: number,
  words: string,
  fmt: Formats,
  tone: StandingLine['tone'] = 'need',
): StandingLine =>
  count === 0
    ? { name, words: '', pill: '0', tone: '' }
    : { name, words, pill: fmt.count(count), tone }
