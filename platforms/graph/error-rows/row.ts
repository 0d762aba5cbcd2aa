import type { ErrorKind, LimitedWhat } from '../../errors.ts'

/** One row of Meta's error table. `code` null: matches the subcode with any code. */
export type ErrorRow = {
  code: number | null
  /** Null: matches any subcode that has no row. */
  subcode: number | null
  kind: ErrorKind
  words: string
  /**
   * What the error means after a publishing call. `unknown`: the post may have been published
   * anyway. `no`: it was certainly not published. The default is `unknown` for kind `unavailable`
   * and `no` for all others.
   */
  sent?: 'unknown' | 'no'
  /** How long to wait if no header says it, in milliseconds. */
  waitMs?: number
  /** For kind `rate_limited`: what is limited. By default, every call for the account. */
  limited?: LimitedWhat
}

export const connectAgain = 'Connect the account again.'
export const setup =
  'The operator of this installation needs to check the settings of the Meta app:'
