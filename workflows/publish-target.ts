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
import { changed, type Progress, progress, type TargetRef, type Told } from './names.ts'

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

/**
 * The one irreversible call: one attempt, ever. Whatever is not a clear answer is reconciled from what the database says. `patienceMs`:
 * a worker that is silent for so long is taken for dead.
 */
const once = (patienceMs = 20_000) =>
  proxyActivities<Pick<PublishingActivities, 'sendTarget'>>({
    summary: 'The one call that publishes, at the exact time; one attempt',
    startToCloseTimeout: '20 minutes',
    heartbeatTimeout: patienceMs,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { maximumAttempts: 1 },
  })

/**
 * One post on one channel, from scheduled to its end. The row decides: whoever did something says from the row what is next, and does
 * nothing that the row does not ask for (any more); so a lost nudge delays and never publishes the wrong thing.
 */
export async function publishTarget(ref: TargetRef): Promise<void> {
  let nudges = 0
  let failures = 0
  let told: Told | undefined
  const showAttributes = createAttributes()
  let now: Progress = { step: 'start', until: null, rounds: 0 }
  setHandler(changed, () => {
    nudges += 1
  })
  setHandler(progress, () => now)

  for (;;) {
    const seen = nudges
    const isNudged = () => nudges !== seen
    const step: Told = told ?? (await rows.nextStep(ref))
    now = { step: step.do, until: untilOf(step), rounds: now.rounds + 1 }
    setCurrentDetails(step.words)
    showAttributes(step.attributes)
    if (step.do === 'end' && !isNudged()) return
    const taken = await take(step, ref, isNudged)
    failures = taken === 'failed' ? failures + 1 : 0
    if (failures > 0) await condition(isNudged, Math.min(60_000, 500 * 2 ** failures))
    told = taken === 'failed' || isNudged() ? undefined : taken
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof publishTarget>(ref)
  }
}

const untilOf = (step: Told): number | null => (step.do === 'wait' ? step.untilMs : step.do === 'send' ? step.dueMs : null)

/**
 * What is next, where that is known (activities of earlier builds say nothing: then the row is asked); 'failed' when an activity failed,
 * so that the next round does not follow at once.
 */
type Taken = Told | undefined | 'failed'

/** Does what the step asks. */
const take = async (step: Told, ref: TargetRef, isNudged: () => boolean): Promise<Taken> => {
  switch (step.do) {
    case 'wait':
      await condition(isNudged, Math.max(1, step.untilMs - Date.now()))
      return step.next
    case 'prepare':
      return unlessNudged(isNudged, () => repeatable.prepareTarget(ref))
    case 'send':
      return unlessNudged(isNudged, () => once(step.patienceMs).sendTarget(ref))
    case 'check':
      return unlessNudged(isNudged, () => repeatable.checkTarget(ref))
    case 'reconcile':
      return unlessNudged(isNudged, () => repeatable.reconcileTarget(ref))
    case 'finish':
      return unlessNudged(isNudged, () => repeatable.finishTarget(ref))
    case 'end':
      return undefined
  }
}

/**
 * Runs an activity and takes it back when the row changed meanwhile. Its failure is not looked at here: what it did or did not do
 * is in the row, which the next round reads. A send that was taken back before its claim sent nothing; after it, it ends undisturbed.
 */
const unlessNudged = async (isNudged: () => boolean, run: () => Promise<Told>): Promise<Taken> => {
  const scope = new CancellationScope()
  let over = false
  const running = scope
    .run(run)
    .catch((error: unknown) => {
      if (isCancellation(error)) return undefined
      if (!isActivityFailure(error)) throw error
      return 'failed' as const
    })
    .finally(() => {
      over = true
    })
  await condition(() => over || isNudged())
  if (!over) scope.cancel()
  return (await running) ?? undefined
}
