import {
  type ActivityOptions,
  ApplicationFailure,
  continueAsNew,
  proxyActivities,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow'
import type { MeasuringActivities } from '../activities/insights/index.ts'
import { fails } from './failures.ts'
import type { FailureType, Shard } from './names.ts'

/** Short database work. */
const short: ActivityOptions = {
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: 10 },
}
const { beginMeasuring } = proxyActivities<MeasuringActivities>({
  ...short,
  summary: 'Begin a round',
})
const { listChannelsToMeasure } = proxyActivities<MeasuringActivities>({
  ...short,
  summary: 'List accounts with numbers to read',
})

/**
 * A platform's refusal is recorded in the account's row. A failure here is ours, and the next run
 * of the schedule tries again 15 minutes later.
 */
const { measureChannel } = proxyActivities<MeasuringActivities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '2 minutes',
  summary: 'Read the numbers of one account and its posts',
  retry: { initialInterval: '2 seconds', maximumAttempts: 3 },
})

/**
 * `after`: the last account that was measured, or null at the start. `failed`: how many accounts
 * have failed so far.
 */
type MeasureSpan = Shard & { after: string | null; failed: number }

/** How many accounts of a shard are measured at the same time. */
const lanes = 4
/** Continue as new well before 2,000 events: one page of twenty accounts adds about 130. */
const maxEvents = 1_500

/**
 * Reads the analytics that are due for the accounts of one shard. An account that fails doesn't
 * stop the others.
 */
export async function measureShard({ shard, after, failed }: MeasureSpan): Promise<void> {
  if (after === null) await beginMeasuring({ shard })
  let missed = failed
  for (let last = after; ; ) {
    const channelIds = await listChannelsToMeasure({ shard, after: last })
    const next = channelIds.at(-1)
    if (next === undefined) break
    last = next
    setCurrentDetails(`Measuring ${channelIds.length} accounts from ${channelIds[0]}`)
    const queue = channelIds.values()
    await Promise.all(
      Array.from({ length: lanes }, async () => {
        for (const channelId of queue)
          if (await fails(() => measureChannel({ channelId }))) missed += 1
      }),
    )
    if (workflowInfo().historyLength >= maxEvents || workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof measureShard>({ shard, after: last, failed: missed })
  }
  setCurrentDetails('')
  if (missed > 0)
    throw ApplicationFailure.create({
      type: 'Unavailable' satisfies FailureType,
      message: `${missed} accounts were not measured`,
    })
}
