import { proxyActivities, sleep } from '@temporalio/workflow'
import type { BareActivities } from './bare-timers.ts'

const { arrive } = proxyActivities<BareActivities>({ startToCloseTimeout: '1 minute' })

/** The least that Temporal can do on time: one timer, one activity that does nothing but note when it ran. `dueMs`: epoch milliseconds. */
export async function bareTimer(dueMs: number): Promise<void> {
  await sleep(Math.max(1, dueMs - Date.now()))
  await arrive(dueMs)
}
