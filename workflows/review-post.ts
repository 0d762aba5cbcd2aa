import { type ActivityOptions, continueAsNew, proxyActivities } from '@temporalio/workflow'
import type { ReviewFacts } from '../activities/reviews/facts.ts'
import type { ReviewingActivities } from '../activities/reviews/reviewing.ts'
import { showAtStart, showAttributes } from './attributes.ts'
import { followRow, type RowStep } from './follow-row.ts'
import type { ReviewRef, ReviewStep } from './names.ts'

/** Short database work, retried until the database is back. Mails go out through the outbox. */
const options: ActivityOptions = {
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumAttempts: 5 },
}
const activities = (summary: string) =>
  proxyActivities<ReviewingActivities>({ ...options, summary })

type Step = RowStep<ReviewRef, ReviewFacts, ReviewStep>

const step = (name: ReviewStep, activity: keyof ReviewingActivities, words: string): Step => ({
  name,
  words,
  run: activities(words)[activity],
})

const steps: Record<ReviewStep, Step> = {
  ask: step('ask', 'askReviewers', 'Ask the reviewers to approve the post'),
  remind: step('remind', 'remindReviewers', 'Remind the reviewers that the post is due soon'),
  escalate: step('escalate', 'tellAdmins', 'Tell the admins that nobody has approved the post'),
  hold: step('hold', 'holdPost', 'Hold the post: its time came before its approval'),
}
const { readReview } = activities('Read the review')

/**
 * Asks for the approval of a post, reminds, tells the admins, and holds the post if nobody approved
 * it in time. The row decides: people approve, request changes and move the post there, and the
 * signal `changed` says so. Without this workflow, an unapproved post still doesn't go out, because
 * the claim requires the approval.
 */
export async function reviewPost(ref: ReviewRef): Promise<void> {
  const { read, until, take, startOverIfLong, end } = followRow<ReviewRef, ReviewFacts, ReviewStep>(
    ref,
    readReview,
    startOver,
  )
  let review = await read()
  showAtStart(review.attributes)
  while (review.isOpen) {
    review = review.next
      ? await take(review, review.nextAt, steps[review.next])
      : await until(review, review.nextAt)
    if (review.isOpen) await startOverIfLong()
  }
  end(review)
  showAttributes(review.attributes)
}

const startOver = (ref: ReviewRef): Promise<never> => continueAsNew<typeof reviewPost>(ref)
