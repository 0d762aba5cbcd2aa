import { type Client, ScheduleAlreadyRunning, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client'
import { taskQueue } from '../workflows/names.ts'

/** `offsetMs`: after midnight UTC, or the full hour. `catchUp`: runs that were missed while the cluster was away. */
type Plan = { id: string; workflow: string; everyMs: number; offsetMs?: number; catchUp?: '1 day' | '8 days'; words: string }

/** What runs by the clock. Created at the first start, brought up to date at every later one. */
const plans: Plan[] = [
  { id: 'reconcile-starts', workflow: 'reconcileStarts', everyMs: 60_000, words: 'Targets without a workflow are told again' },
  // promise: U3
  { id: 'measure', workflow: 'measureDue', everyMs: 15 * 60_000, words: 'Numbers that are due are read' },
  // promise: R1, R3, R4: each night at 03:10, and as soon as it can when a night was missed
  {
    id: 'retention',
    workflow: 'enforceRetention',
    everyMs: 86_400_000,
    offsetMs: 3 * 3_600_000 + 10 * 60_000,
    catchUp: '8 days',
    words: 'What is no longer to be kept goes',
  },
]

export const ensureSchedules = async (client: Client, queue = taskQueue): Promise<void> => {
  for (const plan of plans) {
    const options = optionsOf(plan, queue)
    try {
      await client.schedule.create(options)
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error
      await client.schedule.getHandle(plan.id).update(({ state }) => ({ ...options, state }))
    }
  }
}

const optionsOf = (plan: Plan, queue: string): ScheduleOptions => ({
  scheduleId: plan.id,
  spec: { intervals: [{ every: plan.everyMs, offset: plan.offsetMs ?? 0 }] },
  action: {
    type: 'startWorkflow',
    workflowType: plan.workflow,
    workflowId: plan.id,
    taskQueue: queue,
    staticSummary: plan.words,
  },
  policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: plan.catchUp ?? '1 day' },
})
