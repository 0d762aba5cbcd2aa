/** Whether an activity failed. Any other error is a bug in the workflow. */
export const isActivityFailure = (error: unknown): boolean => error instanceof Error && error.name === 'ActivityFailure'

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
