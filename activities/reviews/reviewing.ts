import { recordEvent } from '../../db/notifications/events.ts'
import { type NoticeKind, notify } from '../../db/notifications/notifications.ts'
import { type Db, type Sql, tx } from '../../db/postgres/connect.ts'
import {
  findReviewToDrive,
  holdReview,
  noteReminder,
  noteTold,
  type ReviewToDrive,
} from '../../db/posts/reviews/steps.ts'
import type { ReviewRef, ReviewStep } from '../../workflows/names.ts'
import { type DueStep, dueStepOf, type ReviewFacts, reviewFactsOf } from './facts.ts'

export type ReviewingDeps = {
  sql: Sql
  now: () => number
  isSearchable?: (() => boolean) | undefined
}
export type ReviewingActivities = ReturnType<typeof createReviewingActivities>

/**
 * The steps of a review. Each reads the row, does nothing that the row doesn't ask for, and returns
 * the facts of the row after that. The notifications, and their mails in the outbox, are part of
 * the transaction that notes the step, so each is sent once.
 */
export const createReviewingActivities = (deps: ReviewingDeps) => {
  const read = async ({ postId }: ReviewRef): Promise<ReviewFacts> => {
    const review = await findReviewToDrive(deps.sql, postId)
    return { ...reviewFactsOf(review, deps.now()), ...searchableBy(deps, review) }
  }
  const take = (name: ReviewStep, work: Work) => async (ref: ReviewRef) => {
    await tx(deps.sql, async (t) => {
      const review = await findReviewToDrive(t, ref.postId)
      const step = review && dueStepOf(review, deps.now())
      if (review && step?.do === name && step.at <= deps.now())
        await work(t, review, step, new Date(deps.now()))
    })
    return read(ref)
  }
  return {
    readReview: read,
    askReviewers: take('ask', ask),
    remindReviewers: take('remind', remind),
    tellAdmins: take('escalate', escalate),
    holdPost: take('hold', hold),
  }
}

type Work = (t: Db, review: ReviewToDrive, step: DueStep, at: Date) => Promise<void>

const ask: Work = async (t, review, _step, at) => {
  if (await noteTold(t, review, at)) await tell(t, review, 'review', 'reviewers')
}

const remind: Work = async (t, review, step) => {
  if (await note(t, review, step)) await tell(t, review, 'reminder', 'reviewers', step)
}

const escalate: Work = async (t, review, step) => {
  if (!(await note(t, review, step))) return
  await tell(t, review, 'escalated', 'admins', step)
  await record(t, review, 'review.escalated')
}

const hold: Work = async (t, review, _step, at) => {
  if (!(await holdReview(t, review, at))) return
  await tell(t, review, 'held', 'both')
  await record(t, review, 'review.held')
}

const note = (t: Db, { postId, round, dueAt }: ReviewToDrive, { reminders }: DueStep) =>
  dueAt ? noteReminder(t, { postId, round, dueAt, steps: reminders }) : Promise.resolve(false)

/** The cause has the round and the time, so that each reminder comes once for them. */
const tell = (
  t: Db,
  review: ReviewToDrive,
  kind: NoticeKind,
  to: 'reviewers' | 'admins' | 'both',
  step?: DueStep,
): Promise<void> => {
  const due = review.dueAt?.toISOString() ?? null
  const which = step ? `:${step.reminders.at(-1)}` : ''
  return notify(t, {
    workspaceId: review.workspaceId,
    kind,
    cause: `${kind}${which}:${review.postId}:${review.round}:${kind === 'review' ? '' : due}`,
    postId: review.postId,
    facts: { due, stage: review.stage },
    to,
  })
}

const record = async (t: Db, review: ReviewToDrive, name: string): Promise<void> => {
  await recordEvent(t, {
    name,
    workspaceId: review.workspaceId,
    userId: null,
    subjectId: review.postId,
    facts: { due_at: review.dueAt?.toISOString() ?? null, stage: review.stage },
  })
}

/** The search attributes, or nothing until the cluster knows them. */
const searchableBy = (deps: ReviewingDeps, review: ReviewToDrive | undefined) =>
  review && deps.isSearchable?.()
    ? {
        attributes: {
          workspace: review.workspaceId,
          channel: null,
          platform: null,
          state: review.state,
        },
      }
    : {}
