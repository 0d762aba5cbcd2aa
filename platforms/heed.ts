/** How much of a platform's limit is used, as its answers say. */
export type Pressure = {
  issuer: string
  /** The platform's own id of the account whose limit it is; null for the whole app. */
  accountId: string | null
  /** 100: used up. */
  percent: number
  /** How long the platform refuses; null when it does not say. */
  regainMs: number | null
  words: string
}

/** Hears of every answer that tells of a limit nearly used. Must not throw. */
export type Heed = (pressure: Pressure) => void
