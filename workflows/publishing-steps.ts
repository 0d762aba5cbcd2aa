import {
  ActivityCancellationType,
  type ActivityOptions,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow'
import type { TargetFacts } from '../activities/posts/facts.ts'
import type { PublishingActivities } from '../activities/posts/publishing.ts'
import type { RowStep } from './follow-row.ts'
import type { TargetRef, TargetStep } from './names.ts'

/** A short query, within the workflow's own task. After three failures, the workflow waits. */
export const { readTarget } = proxyLocalActivities<PublishingActivities>({
  summary: 'Read the post',
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumAttempts: 3 },
})

/**
 * Calls that are safe to repeat. They set the delay of the next attempt themselves
 * (`nextRetryDelay`), so waiting adds nothing to the history.
 */
const repeatable: ActivityOptions = {
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '30 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '2 seconds', backoffCoefficient: 2, maximumInterval: '2 minutes' },
}

/**
 * A call that can't be undone: a single attempt, never retried. Any unclear result is found out
 * from the database and the platform.
 */
const once: ActivityOptions = {
  startToCloseTimeout: '20 minutes',
  heartbeatTimeout: '20 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { maximumAttempts: 1 },
}

type Step = RowStep<TargetRef, TargetFacts>

const step = (
  name: TargetStep,
  activity: keyof PublishingActivities,
  words: string,
  options: ActivityOptions,
): Step => ({
  name,
  words,
  run: proxyActivities<PublishingActivities>({ ...options, summary: words })[activity],
})

export const prepareStep = step(
  'prepare',
  'prepareTarget',
  'Prepare: upload the files, so that one call is left',
  repeatable,
)

/** A worker that reports nothing for `mostSilentMs` is considered dead. */
export const sendStep = ({ mostSilentMs }: TargetFacts): Step =>
  step('send', 'sendTarget', 'Publish: wait for the exact time, then make the one call', {
    ...once,
    heartbeatTimeout: mostSilentMs,
  })

export const reconcileStep = step(
  'reconcile',
  'reconcileTarget',
  'Find out whether the post was published. Nothing is sent meanwhile',
  repeatable,
)

export const checkStep = step(
  'check',
  'checkTarget',
  'Wait until the platform has processed the post',
  repeatable,
)

export const finishStep = step(
  'finish',
  'finishTarget',
  'Get the link of the published post',
  repeatable,
)

export const commentStep = step(
  'comment',
  'writeComment',
  'Write the first comment, with one call',
  once,
)

export const findCommentStep = step(
  'find-comment',
  'findComment',
  'Find out whether the first comment was written. Nothing is written meanwhile',
  repeatable,
)

export const deleteStep = step(
  'delete',
  'deleteThere',
  'Delete the post at the platform, with one call',
  once,
)

export const lookIfGoneStep = step(
  'look-if-gone',
  'lookIfGone',
  'Look whether the post is gone. Nothing is sent meanwhile',
  repeatable,
)
