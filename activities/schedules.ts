import { type Client, ScheduleAlreadyRunning, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client'
import { taskQueue } from '../workflows/names.ts'

type Plan = { id: string; workflow: string; everyMs: number; words: string }

/** What runs by the clock. Created at the first start, brought up to date at every later one. */
const plans: Plan[] = [
  { id: 'reconcile-starts', workflow: 'reconcileStarts', everyMs: 60_000, words: 'Targets without a workflow are told again' },
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
  spec: { intervals: [{ every: plan.everyMs }] },
  action: {
    type: 'startWorkflow',
    workflowType: plan.workflow,
    workflowId: plan.id,
    taskQueue: queue,
    staticSummary: plan.words,
  },
  policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
})
