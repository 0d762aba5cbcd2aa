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
import type { PublishingActivities } from '../activities/posts/publishing.ts'
import { createAttributes } from './attributes.ts'
import { isActivityFailure } from './failures.ts'
import { changed, type Progress, progress, type TargetRef, type Told } from './names.ts'

/** Short database queries. Retried until the database is available. */
const rows = proxyActivities<Pick<PublishingActivities, 'nextStep'>>({
  summary: 'Read the post: what is there to do?',
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumInterval: '20 seconds' },
})

/**
 * Calls that are safe to repeat. They set the delay of the next attempt themselves
 * (`nextRetryDelay`), so waiting adds nothing to the history.
 */
const repeatable = (summary: string) =>
  proxyActivities<PublishingActivities>({
    summary,
    startToCloseTimeout: '30 minutes',
    heartbeatTimeout: '30 seconds',
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { initialInterval: '2 seconds', backoffCoefficient: 2, maximumInterval: '2 minutes' },
  })
const { prepareTarget } = repeatable('Prepare: upload the files, so that one call is left')
const { checkTarget } = repeatable('Wait until the platform has processed the post')
const { reconcileTarget } = repeatable('Find out whether the post was published. Nothing is sent meanwhile')
const { finishTarget } = repeatable('Get the link of the published post')
const { findComment } = repeatable('Find out whether the first comment was written. Nothing is written meanwhile')

/**
 * The one irreversible call: a single attempt, never retried. Any unclear result is reconciled from
 * the database. `patienceMs`: a worker that sends no heartbeat for this long is considered dead.
 */
const once = (patienceMs = 20_000) =>
  proxyActivities<Pick<PublishingActivities, 'sendTarget'>>({
    summary: 'Publish: wait for the exact time, then make the one call',
    startToCloseTimeout: '20 minutes',
    heartbeatTimeout: patienceMs,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: { maximumAttempts: 1 },
  })

/** The call that writes the first comment. Also a single attempt. */
const commenting = proxyActivities<Pick<PublishingActivities, 'writeComment'>>({
  summary: 'Write the first comment, with one call',
  startToCloseTimeout: '20 minutes',
  heartbeatTimeout: '20 seconds',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { maximumAttempts: 1 },
})

/**
 * Publishes one post on one channel, from scheduled to its end. The row decides: each activity
 * reads the next step from the row, and does only what the row still requires. So a lost signal
 * only delays the post, and never publishes the wrong thing.
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
 * The next step, if known. Undefined if not (activities of earlier builds return nothing), so the
 * row is read. 'failed' if the activity failed, so that the next round waits.
 */
type Taken = Told | undefined | 'failed'

/** Performs a step. */
const take = async (step: Told, ref: TargetRef, isNudged: () => boolean): Promise<Taken> => {
  switch (step.do) {
    case 'wait':
      await condition(isNudged, Math.max(1, step.untilMs - Date.now()))
      return step.next
    case 'prepare':
      return unlessNudged(isNudged, () => prepareTarget(ref))
    case 'send':
      return unlessNudged(isNudged, () => once(step.patienceMs).sendTarget(ref))
    case 'check':
      return unlessNudged(isNudged, () => checkTarget(ref))
    case 'reconcile':
      return unlessNudged(isNudged, () => reconcileTarget(ref))
    case 'finish':
      return unlessNudged(isNudged, () => finishTarget(ref))
    case 'comment':
      return unlessNudged(isNudged, () => commenting.writeComment(ref))
    case 'find-comment':
      return unlessNudged(isNudged, () => findComment(ref))
    case 'end':
      return undefined
    default:
      // A step of a newer build. It is requested again later, until a newer worker takes over.
      return 'failed'
  }
}

/**
 * Runs an activity and cancels it if the row changes in the meantime. Ignores its failure, because
 * the next round reads its effects from the row. A send that is canceled before its claim sends
 * nothing; after the claim, it runs to its end.
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
