/** What a platform's refusal means for us. Only the kind decides what happens next. */
export type ErrorKind =
  | 'reauthorize'
  | 'permission'
  | 'rate_limited'
  | 'rejected'
  | 'unavailable'
  | 'unknown_outcome'

/** The part of a platform error that may be stored, logged and shown: no body, URL or token. */
export type Problem = {
  kind: ErrorKind
  /**
   * The platform's own code as text, such as `190` or `spam_risk_too_many_posts`. Empty if there
   * was no answer.
   */
  code: string
  subcode: string | null
  /** One sentence for the person: ours, or the platform's own user message. */
  words: string
  /** The id that the platform's support asks for: `fbtrace_id` at Meta, `log_id` at TikTok. */
  traceId: string | null
  /** How long to wait before the next call, if the platform said so. */
  retryAfterMs: number | null
  /** Only for `rate_limited`: what is limited, if it isn't exactly the calls of the account. */
  limited?: LimitedWhat
}

/**
 * `app`: all calls of the installation. `person`: calls for whoever connected the account. `posts`:
 * only new posts of the account.
 */
export type LimitedWhat = 'app' | 'person' | 'account' | 'posts'

/**
 * Code of an `unavailable` error that `send` throws if nothing was sent because the preparation is
 * no longer valid (for example, an upload expired). `prepare` has to run again before the next
 * send.
 */
export const prepareAgain = 'prepare_again'

/** Thrown by platform clients. Its message is shown to the person and contains no secret. */
export class PlatformError extends Error {
  readonly problem: Problem

  constructor(problem: Pick<Problem, 'kind' | 'code' | 'words'> & Partial<Problem>) {
    super(problem.words)
    this.name = 'PlatformError'
    this.problem = { subcode: null, traceId: null, retryAfterMs: null, ...problem }
  }

  get kind(): ErrorKind {
    return this.problem.kind
  }
}
