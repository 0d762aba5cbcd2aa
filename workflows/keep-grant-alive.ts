import {
  condition,
  continueAsNew,
  defineQuery,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { UpkeepActivities } from '../activities/upkeep.ts'
import { createAttributes } from './attributes.ts'
import { fails } from './failures.ts'
import { changed, type GrantRef, type GrantStep } from './names.ts'

/** Milliseconds of database work: repeated until the database is back. */
const rows = proxyActivities<Pick<UpkeepActivities, 'nextGrantStep' | 'warnOfGrantEnd'>>({
  summary: 'Reads the row: what is there to do?',
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '500 milliseconds', backoffCoefficient: 2, maximumInterval: '20 seconds' },
})

/** Calls to the issuer. What came of them stands in the row, also when to try again: one attempt each, the next round decides. */
const issuer = proxyActivities<Pick<UpkeepActivities, 'renewGrant' | 'checkGrant'>>({
  summary: 'Asks the platform, once',
  startToCloseTimeout: '3 minutes',
  retry: { maximumAttempts: 1 },
})

const progress = defineQuery<GrantProgress>('progress')
type GrantProgress = { step: 'start' | GrantStep['do']; until: number | null; rounds: number }

/** So many rounds in one history, at most. */
const mostRounds = 200

/**
 * promise: U2: one authorization at an issuer, for as long as it lives: renewed ahead, asked about daily, and its end told before it
 * comes. The row decides; a transient trouble ends nothing.
 */
export async function keepGrantAlive(ref: GrantRef): Promise<void> {
  let nudges = 0
  const showAttributes = createAttributes()
  let now: GrantProgress = { step: 'start', until: null, rounds: 0 }
  setHandler(changed, () => {
    nudges += 1
  })
  setHandler(progress, () => now)

  for (let rounds = 1; ; rounds += 1) {
    const seen = nudges
    const isNudged = () => nudges !== seen
    const step = await rows.nextGrantStep(ref)
    now = { step: step.do, until: step.do === 'wait' ? step.untilMs : null, rounds }
    setCurrentDetails(step.words)
    showAttributes(step.attributes)
    if (step.do === 'end' && !isNudged()) return
    const failed = await take(step, ref, isNudged)
    if (failed) await condition(isNudged, '1 minute')
    if (rounds >= mostRounds || workflowInfo().continueAsNewSuggested) await continueAsNew<typeof keepGrantAlive>(ref)
  }
}

/** Does what the step asks; true when it failed, so that the next round does not follow at once. */
const take = async (step: GrantStep, ref: GrantRef, isNudged: () => boolean): Promise<boolean> => {
  switch (step.do) {
    case 'wait':
      await condition(isNudged, Math.max(1, step.untilMs - Date.now()))
      return false
    case 'renew':
      return fails(() => issuer.renewGrant(ref))
    case 'check':
      return fails(() => issuer.checkGrant(ref))
    case 'warn':
      return fails(() => rows.warnOfGrantEnd(ref))
    case 'end':
      return false
  }
}
