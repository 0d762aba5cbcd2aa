/** How much of a platform's limit is used, according to its answers. */
type Pressure = {
  issuer: string
  /** The platform's id of the account with the limit. Null for the whole app. */
  accountId: string | null
  /** 100 means used up. */
  percent: number
  /** How long the platform refuses calls. Null if it doesn't say. */
  regainMs: number | null
  words: string
}

/** Called for every answer that reports a limit that is nearly used up. Must not throw. */
export type NotePressure = (pressure: Pressure) => void
