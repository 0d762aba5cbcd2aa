import { ApplicationFailure, continueAsNew, proxyActivities, setCurrentDetails, workflowInfo } from '@temporalio/workflow'
import type { MeasuringActivities } from '../activities/measuring.ts'
import { fails } from './failures.ts'
import type { FailureType } from './names.ts'

/** Milliseconds of database work. */
const { beginMeasuring, listChannelsToMeasure } = proxyActivities<MeasuringActivities>({
  startToCloseTimeout: '2 minutes',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds', maximumAttempts: 10 },
})

/** What a platform does not answer is noted in its row; what fails here is ours, and the schedule comes again in a quarter of an hour. */
const { measureChannel } = proxyActivities<MeasuringActivities>({
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '2 minutes',
  retry: { initialInterval: '2 seconds', maximumAttempts: 3 },
})

/** `after`: the last account that was looked at; null: the beginning. `failed`: how many could not be measured so far. */
export type MeasureSpan = { after: string | null; failed: number }

/** So many accounts at a time. */
const lanes = 4
/** A history ends well before 2,000 events: one look of twenty accounts adds some 130. */
const mostEvents = 1_500

/** Each quarter of an hour: the numbers that are due, account by account. One that fails does not hold up the others. */
export async function measureDue({ after, failed }: MeasureSpan = { after: null, failed: 0 }): Promise<void> {
  if (after === null) await beginMeasuring()
  let missed = failed
  for (let last = after; ; ) {
    const channelIds = await listChannelsToMeasure({ after: last })
    const next = channelIds.at(-1)
    if (next === undefined) break
    last = next
    setCurrentDetails(`Measuring ${channelIds.length} accounts from ${channelIds[0]}`)
    const queue = channelIds.values()
    await Promise.all(
      Array.from({ length: lanes }, async () => {
        for (const channelId of queue) if (await fails(() => measureChannel({ channelId }))) missed += 1
      }),
    )
    if (workflowInfo().historyLength >= mostEvents || workflowInfo().continueAsNewSuggested)
      await continueAsNew<typeof measureDue>({ after: last, failed: missed })
  }
  setCurrentDetails('')
  if (missed > 0)
    throw ApplicationFailure.create({
      type: 'Unavailable' satisfies FailureType,
      message: `${missed} accounts were not measured`,
    })
}
