import {
  ActivityCancellationType,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { PublishingActivities } from '../activities/publishing.ts'
import { createAttributes } from './attributes.ts'
import { isActivityFailure } from './failures.ts'
import { changed, type Progress, progress, type Step, type TargetRef } from './names.ts'

/** Milliseconds of database work: repeated until the database is back. */
const rows = proxyActivities<Pick<PublishingActivities, 'nextStep'>>({
  summary: 'Reads the row: what is there to do?',
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumInterval: '20 seconds' },
})

/** Calls that may be repeated. They say themselves when to come back (`nextRetryDelay`), so waiting leaves no trace in the history. */
const repeatable = proxyActivities<
  Pick<PublishingActivities, 'prepareTarget' | 'checkTarget' | 'reconcileTarget' | 'finishTarget'>
>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '30 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '2 seconds', backoffCoefficient: 2, maximumInterval: '2 minutes' },
})

/** The one irreversible call: one attempt, ever. Whatever is not a clear answer is reconciled from what the database says. */
const once = proxyActivities<Pick<PublishingActivities, 'sendTarget'>>({
  summary: 'The one call that publishes, at the exact time; one attempt',
  startToCloseTimeout: '20 minutes',
  heartbeatTimeout: '20 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { maximumAttempts: 1 },
})

/**
 * One post on one channel, from scheduled to its end. The row decides: every round reads it and does the one thing it asks for,
 * so a lost nudge delays and never publishes the wrong thing.
 */
export async function publishTarget(ref: TargetRef): Promise<void> {
  let nudges = 0
  let failures = 0
  const showAttributes = createAttributes()
  let now: Progress = { step: 'start', until: null, rounds: 0 }
  setHandler(changed, () => {
    nudges += 1
  })
  setHandler(progress, () => now)

  for (;;) {
    const seen = nudges
    const isNudged = () => nudges !== seen
    const step = await rows.nextStep(ref)
    now = { step: step.do, until: untilOf(step), rounds: now.rounds + 1 }
    setCurrentDetails(step.words)
    showAttributes(step.attributes)
    if (step.do === 'end' && !isNudged()) return
    failures = (await take(step, ref, isNudged)) ? failures + 1 : 0
    if (failures > 0) await condition(isNudged, Math.min(60_000, 500 * 2 ** failures))
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof publishTarget>(ref)
  }
}

const untilOf = (step: Step): number | null => (step.do === 'wait' ? step.untilMs : step.do === 'send' ? step.dueMs : null)

/** Does what the step asks; true when an activity failed, so that the next round does not follow at once. */
const take = async (step: Step, ref: TargetRef, isNudged: () => boolean): Promise<boolean> => {
  switch (step.do) {
    case 'wait':
      await condition(isNudged, Math.max(1, step.untilMs - Date.now()))
      return false
    case 'prepare':
      return unlessNudged(isNudged, () => repeatable.prepareTarget(ref))
    case 'send':
      return unlessNudged(isNudged, () => once.sendTarget(ref))
    case 'check':
      return unlessNudged(isNudged, () => repeatable.checkTarget(ref))
    case 'reconcile':
      return unlessNudged(isNudged, () => repeatable.reconcileTarget(ref))
    case 'finish':
      return unlessNudged(isNudged, () => repeatable.finishTarget(ref))
    case 'end':
      return false
  }
}

/**
 * Runs an activity and takes it back when the row changed meanwhile. Its failure is not looked at here: what it did or did not do
 * is in the row, which the next round reads. A send that was taken back before its claim sent nothing; after it, it ends undisturbed.
 */
const unlessNudged = async (isNudged: () => boolean, run: () => Promise<void>): Promise<boolean> => {
  const scope = new CancellationScope()
  let over = false
  let failed = false
  const running = scope
    .run(run)
    .catch((error: unknown) => {
      if (isCancellation(error)) return
      if (!isActivityFailure(error)) throw error
      failed = true
    })
    .finally(() => {
      over = true
    })
  await condition(() => over || isNudged())
  if (!over) scope.cancel()
  await running
  return failed
}
