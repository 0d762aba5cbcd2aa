/**
 * The call must be sent within this time of its claim, measured by the monotonic clock, so that a
 * process that was suspended sends nothing.
 */
export const leaseMs = 5_000

/** Thrown by `leaving` if the claim's five seconds are over: the call was not made. */
export class LeaseOver extends Error {
  override name = 'LeaseOver'
}

/**
 * The time limit of a claim's one call. `leftAt`: when the call was sent, by the clock of `now`;
 * null before that.
 */
export type Lease = { begin(): void; leaving(): void; leftAt: Date | null; hasLeft: Promise<void> }

export const createLease = (now: () => number): Lease => {
  let startedAt = Number.NaN
  let left: () => void
  const hasLeft = new Promise<void>((resolve) => {
    left = resolve
  })
  const lease: Lease = {
    begin: () => {
      startedAt = performance.now()
    },
    leaving: () => {
      if (!(performance.now() - startedAt < leaseMs))
        throw new LeaseOver('the lease of the claim is over')
      lease.leftAt = new Date(now())
      left()
    },
    leftAt: null,
    hasLeft,
  }
  return lease
}
