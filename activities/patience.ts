/** How long reconciling waits before it believes what it sees; in milliseconds. */
export type Patience = {
  /** No client call lasts longer; a send whose worker died may still be on its way for so long. */
  longestCallMs: number
  /** Platforms' lists lag: "absent" needs repeated looks over at least so long after the call can have ended. */
  lagMs: number
  /** What stays unclear for so long is put before a person. */
  unclearMs: number
  /** The same while the platform takes no questions: it was not looked at yet. */
  limitedMs: number
}

export const patient: Patience = { longestCallMs: 120_000, lagMs: 180_000, unclearMs: 900_000, limitedMs: 6 * 3_600_000 }
