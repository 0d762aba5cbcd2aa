/** The call must leave within this time of its claim, by the monotonic clock: a process that slept sends nothing. */
export const leaseMs = 5_000

/** Thrown by `leaving` when the claim's five seconds are over: the call was not made. */
export class LeaseOver extends Error {
  override name = 'LeaseOver'
}

/** The time that a claim gives its one call. `leftAt`: when the call left, by the clock that `now` tells; null while it has not. */
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
      if (!(performance.now() - startedAt < leaseMs)) throw new LeaseOver('the lease of the claim is over')
      lease.leftAt = new Date(now())
      left()
    },
    leftAt: null,
    hasLeft,
  }
  return lease
}
