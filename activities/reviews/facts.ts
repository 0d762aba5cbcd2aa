import type { Reminder, ReviewToDrive } from '../../db/posts/reviews/steps.ts'
import type { ReviewStep, Searchable } from '../../workflows/names.ts'
import { eveningBefore, morningAfter } from './awake.ts'

/**
 * What an activity reports of a review's row, and the workflow decides by. Times are epoch
 * milliseconds on the clock of the worker that read the row.
 */
export type ReviewFacts = Searchable & {
  /** Whether there is anything left to do. */
  isOpen: boolean
  readAt: number
  /** What to do at `nextAt`. Null: read the row again then. */
  next: ReviewStep | null
  nextAt: number
  /** What it waits for, for admins. */
  words: string
}

/** What to do next, and when. `reminders`: those that are settled by it. */
export type DueStep = { do: ReviewStep; at: number; reminders: Reminder[] }

const hourMs = 3_600_000
/** How long before the time of the post each reminder comes. */
const leadMs: Record<Reminder, number> = { day: 24 * hourMs, hours: 2 * hourMs, escalate: hourMs }
const stepOf: Record<Reminder, ReviewStep> = {
  day: 'remind',
  hours: 'remind',
  escalate: 'escalate',
}
/** How often to read a review that has nothing to wait for, in case a signal was lost. */
const lookMs = 24 * hourMs

/** Null if there is nothing to do before someone decides. */
export const dueStepOf = (review: ReviewToDrive, nowMs: number): DueStep | null => {
  if (review.state === 'approved') return null
  const dueMs = review.dueAt?.getTime() ?? null
  if (dueMs !== null && dueMs <= nowMs) return { do: 'hold', at: dueMs, reminders: [] }
  if (review.state === 'waiting' && !review.toldAt) return { do: 'ask', at: nowMs, reminders: [] }
  if (dueMs === null) return null
  const hold: DueStep = { do: 'hold', at: dueMs, reminders: [] }
  if (review.state !== 'waiting') return hold
  return earliest([...remindersOf(review, dueMs, nowMs), hold])
}

/**
 * The reminders that are still to come. One that nobody could send in time comes late, but of two
 * late ones only the last. One whose time had passed when the reviewers were asked doesn't come;
 * the admins are told even then. None comes at night: see eveningBefore.
 */
const remindersOf = (review: ReviewToDrive, dueMs: number, nowMs: number): DueStep[] => {
  const toldMs = review.toldAt?.getTime() ?? nowMs
  const open = (['day', 'hours', 'escalate'] as const).flatMap((name) => {
    if (review.steps.includes(name)) return []
    const wanted = eveningBefore(dueMs - leadMs[name], review.zone)
    if (wanted <= toldMs && name !== 'escalate') return []
    const late = Math.max(wanted, toldMs)
    const at =
      late <= nowMs || wanted <= toldMs ? morningAfter(Math.max(late, nowMs), review.zone) : late
    return at < dueMs ? [{ name, at }] : []
  })
  return open
    .filter(
      ({ name, at }) =>
        !open.some(
          (other) =>
            stepOf[other.name] === stepOf[name] && other.at <= at && isLater(other.name, name),
        ),
    )
    .map(({ name, at }) => {
      // One that a later one replaces is settled with it.
      const settled = open.filter(
        (other) => stepOf[other.name] === stepOf[name] && !isLater(other.name, name),
      )
      return {
        do: stepOf[name],
        at,
        reminders: [...review.steps, ...settled.map((other) => other.name)],
      }
    })
}

const isLater = (one: Reminder, other: Reminder): boolean => leadMs[one] < leadMs[other]

const earliest = (steps: DueStep[]): DueStep | null =>
  steps.reduce<DueStep | null>((first, one) => (first && first.at <= one.at ? first : one), null)

export const reviewFactsOf = (review: ReviewToDrive | undefined, nowMs: number): ReviewFacts => {
  if (!review) return { ...over, readAt: nowMs, nextAt: nowMs }
  if (review.state === 'approved')
    return { ...over, readAt: nowMs, nextAt: nowMs, words: 'Approved' }
  const step = dueStepOf(review, nowMs)
  return {
    isOpen: true,
    readAt: nowMs,
    next: step?.do ?? null,
    nextAt: Math.min(step?.at ?? nowMs + lookMs, nowMs + 20 * lookMs),
    words: wordsOf(review),
  }
}

const over = { isOpen: false, next: null, words: 'Nothing is left to approve' } as const

const wordsOf = ({ state, stage, dueAt }: ReviewToDrive): string => {
  const until = dueAt ? 'Held if nobody approves it by its time' : 'It has no time yet'
  switch (state) {
    case 'waiting':
      return `Waiting for the approval of the ${stage}. ${until}`
    case 'changes':
      return `Changes were requested. ${until}`
    case 'edited':
      return `Edited since it was approved. ${until}`
    case 'held':
      return 'Held: not approved in time. A person publishes or moves it'
    case 'approved':
      return 'Approved'
  }
}
