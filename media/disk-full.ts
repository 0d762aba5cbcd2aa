/** Whether an error is ENOSPC. The image library reports it only in its message. */
export const isDiskFull = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && error.code === 'ENOSPC') || /no space left on device/i.test(error.message))
