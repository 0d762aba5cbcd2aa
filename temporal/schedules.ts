import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from '@temporalio/client'
import {
  backgroundTaskQueue,
  measureScheduleId,
  measureShards,
  type Shard,
  taskQueue,
} from '../workflows/names.ts'

/**
 * `offsetMs`: after midnight UTC or the full hour. `catchUp`: how far back to run what was missed
 * while the cluster was down. `isBackground`: runs on the background queue, so that it never delays
 * a send.
 */
type Plan = {
  id: string
  workflow: string
  args?: [Shard & { after: null; failed: number }]
  everyMs: number
  offsetMs?: number
  catchUp?: '1 day' | '8 days'
  isBackground?: boolean
  words: string
}

const quarterMs = 15 * 60_000

/** promise: U3: each shard of accounts every 15 minutes, spread evenly over that time. */
const measurePlans: Plan[] = Array.from({ length: measureShards }, (_, shard) => ({
  id: measureScheduleId(shard),
  workflow: 'measureShard',
  args: [{ shard, after: null, failed: 0 }],
  everyMs: quarterMs,
  offsetMs: Math.floor((quarterMs / measureShards) * shard),
  isBackground: true,
  words: `Reads the numbers that are due for accounts in shard ${shard}`,
}))

/** All schedules. Created at the first start, updated at every later start. */
const plans: Plan[] = [
  {
    id: 'reconcile-starts',
    workflow: 'reconcileStarts',
    everyMs: 60_000,
    words: 'Starts the workflows of posts that should have one',
  },
  ...measurePlans,
  {
    id: 'series',
    workflow: 'extendSeries',
    everyMs: 86_400_000,
    offsetMs: 2 * 3_600_000 + 20 * 60_000,
    isBackground: true,
    words: 'Makes the posts that repeat, four weeks ahead',
  },
  // promise: R1, R3, R4: every night at 03:10, or as soon as possible if a night was missed
  {
    id: 'retention',
    workflow: 'enforceRetention',
    everyMs: 86_400_000,
    offsetMs: 3 * 3_600_000 + 10 * 60_000,
    catchUp: '8 days',
    isBackground: true,
    words: 'Deletes what is kept no longer',
  },
]

/** Tests use one queue for everything. */
export const ensureSchedules = async (
  client: Client,
  queue: string = taskQueue,
  backgroundQueue: string = backgroundTaskQueue,
): Promise<void> => {
  for (const plan of plans) {
    const options = optionsOf(plan, plan.isBackground ? backgroundQueue : queue)
    try {
      await client.schedule.create(options)
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error
      await client.schedule.getHandle(plan.id).update(({ state }) => ({ ...options, state }))
    }
  }
}

/**
 * promise: L1: the first check doesn't wait for 3:10 AM. Runs the sweep now if a rule or check has
 * no result yet: at the first start, and after an upgrade that adds one.
 */
export const sweepWhatWasNeverSwept = async (
  client: Client,
  names: string[],
  swept: { has(name: string): boolean },
): Promise<boolean> => {
  if (names.every((name) => swept.has(name))) return false
  await client.schedule.getHandle('retention').trigger(ScheduleOverlapPolicy.SKIP)
  return true
}

const optionsOf = (plan: Plan, queue: string): ScheduleOptions => ({
  scheduleId: plan.id,
  spec: { intervals: [{ every: plan.everyMs, offset: plan.offsetMs ?? 0 }] },
  action: {
    type: 'startWorkflow',
    workflowType: plan.workflow,
    workflowId: plan.id,
    args: plan.args ?? [],
    taskQueue: queue,
    staticSummary: plan.words,
  },
  policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: plan.catchUp ?? '1 day' },
})
