import {
  type ActivityOptions,
  condition,
  continueAsNew,
  defineQuery,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import type { UpkeepActivities } from '../activities/channels/upkeep.ts'
import { showAttributes } from './attributes.ts'
import { fails } from './failures.ts'
import { changed, type GrantRef, type GrantStep } from './names.ts'

/** Short database work, retried until the database is back. */
const rows: ActivityOptions = {
  startToCloseTimeout: '30 seconds',
  retry: {
    initialInterval: '500 milliseconds',
    backoffCoefficient: 2,
    maximumInterval: '20 seconds',
  },
}
const { nextGrantStep } = proxyActivities<UpkeepActivities>({
  ...rows,
  summary: 'Read the connection: what is there to do?',
})
const { warnOfGrantEnd } = proxyActivities<UpkeepActivities>({
  ...rows,
  summary: 'Warn the admins that the connection will end',
})

/**
 * Calls to the issuer, with one attempt each. The result is in the grant's row, including when to
 * try again, so the next round decides.
 */
const once: ActivityOptions = { startToCloseTimeout: '3 minutes', retry: { maximumAttempts: 1 } }
const { renewGrant } = proxyActivities<UpkeepActivities>({
  ...once,
  summary: 'Renew the tokens, with one call',
})
const { checkGrant } = proxyActivities<UpkeepActivities>({
  ...once,
  summary: 'Check the connection at the platform',
})

const progress = defineQuery<GrantProgress>('progress')
type GrantProgress = { step: 'start' | GrantStep['do']; until: number | null; rounds: number }

/** The maximum number of rounds in one history. */
const mostRounds = 200

/**
 * promise: U2: maintains one authorization for as long as it lives: renews it in advance, checks it
 * daily and warns before it ends. The grant's row decides what to do; a temporary error ends
 * nothing.
 */
export async function keepGrantAlive(ref: GrantRef): Promise<void> {
  let signals = 0
  let now: GrantProgress = { step: 'start', until: null, rounds: 0 }
  setHandler(changed, () => {
    signals += 1
  })
  setHandler(progress, () => now)

  for (let rounds = 1; ; rounds += 1) {
    const seen = signals
    const isChanged = () => signals !== seen
    const step = await nextGrantStep(ref)
    now = { step: step.do, until: step.do === 'wait' ? step.untilMs : null, rounds }
    setCurrentDetails(step.words)
    showAttributes(step.attributes)
    if (step.do === 'end' && !isChanged()) return
    const failed = await take(step, ref, isChanged)
    if (failed) await condition(isChanged, '1 minute', { summary: 'Wait before trying again' })
    if (rounds >= mostRounds || workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof keepGrantAlive>(ref)
  }
}

/** Executes the step. True if it failed, so that the next round waits. */
const take = async (step: GrantStep, ref: GrantRef, isChanged: () => boolean): Promise<boolean> => {
  switch (step.do) {
    case 'wait':
      await condition(isChanged, Math.max(1, step.untilMs - Date.now()), { summary: step.words })
      return false
    case 'renew':
      return fails(() => renewGrant(ref))
    case 'check':
      return fails(() => checkGrant(ref))
    case 'warn':
      return fails(() => warnOfGrantEnd(ref))
    case 'end':
      return false
  }
}
