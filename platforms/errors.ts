/** What a platform's refusal means for us; the kind alone decides what happens next. */
export type ErrorKind = 'reauthorize' | 'permission' | 'rate_limited' | 'rejected' | 'unavailable' | 'unknown_outcome'

/** The part of a platform error that may be stored, logged and shown: no body, no URL, no token. */
export type Problem = {
  kind: ErrorKind
  /** The platform's own code, as text: `190`, `spam_risk_too_many_posts`. Empty when there was no answer to read. */
  code: string
  subcode: string | null
  /** One sentence for the person, ours or the platform's own user message. */
  words: string
  /** What the platform's support asks for: `fbtrace_id` at Meta, `log_id` at TikTok. */
  traceId: string | null
  /** How long to wait before the next call, when the platform said so. */
  retryAfterMs: number | null
  /** Of kind `rate_limited` only: what is limited, where it is more or less than every call of the account. */
  limited?: LimitedWhat
}

/** `app`: all calls of the installation. `person`: of whoever connected the account. `posts`: of the account, but only new posts. */
export type LimitedWhat = 'app' | 'person' | 'account' | 'posts'

/**
 * Code of an `unavailable` that `send` throws when nothing was sent because what was prepared no longer holds (an upload expired):
 * `prepare` has to run again before the next send.
 */
export const prepareAgain = 'prepare_again'

/** Thrown by platform clients. Its message is the words for the person and holds no secret. */
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
