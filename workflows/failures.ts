import { ActivityFailure, TemporalFailure } from '@temporalio/workflow'

/** Whether an activity failed. Any other error is a bug in the workflow. */
const isActivityFailure = (error: unknown): boolean => error instanceof ActivityFailure

/** A failed local activity throws its own failure, such as a timeout, and not an `ActivityFailure`. */
export const isAnyActivityFailure = (error: unknown): boolean => error instanceof TemporalFailure

/** Whether the activity failed. */
export const fails = async (run: () => Promise<void>): Promise<boolean> => {
  try {
    await run()
    return false
  } catch (error) {
    if (!isActivityFailure(error)) throw error
    return true
  }
}
