/** How long reconciliation waits before it trusts what it finds, in milliseconds. */
export type Windows = {
  /**
   * The maximum duration of a client call. If the worker of a send died, the call may still be in
   * flight for this long.
   */
  longestCallMs: number
  /**
   * How long platforms' lists may be delayed. "Absent" needs repeated checks over at least this
   * time after the call can have ended.
   */
  lagMs: number
  /** After this time without certainty, a person is asked. */
  unclearMs: number
  /** The same for when the platform is rate-limiting us, so that it couldn't be checked. */
  limitedMs: number
}

const defaultWindows: Windows = {
  longestCallMs: 120_000,
  lagMs: 180_000,
  unclearMs: 900_000,
  limitedMs: 6 * 3_600_000,
}

export const windowsOf = ({ windows }: { windows?: Windows | undefined }): Windows =>
  windows ?? defaultWindows
