import { proxyActivities, sleep } from '@temporalio/workflow'

export type BareActivities = { arrive(dueMs: number): Promise<void> }

const { arrive } = proxyActivities<BareActivities>({ startToCloseTimeout: '1 minute' })

/**
 * The minimum for Temporal to do something on time: one timer, and one activity that only records
 * when it ran. `dueMs`: epoch milliseconds.
 */
export async function bareTimer(dueMs: number): Promise<void> {
  await sleep(Math.max(1, dueMs - Date.now()))
  await arrive(dueMs)
}
