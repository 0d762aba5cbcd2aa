import type { Logger } from 'pino'
import {
  type CallPurpose,
  findLimit,
  recordLimit,
  recordPressure,
  takeTurn,
} from '../db/channels/limits.ts'
import type { Sql } from '../db/postgres/connect.ts'
import { type LimitedWhat, PlatformError } from '../platforms/errors.ts'
import type { Turn } from '../platforms/platform.ts'
import type { NotePressure } from '../platforms/pressure.ts'
import { retryWrite } from './retry.ts'

type Deps = { sql: Sql; now: () => number }

/** The code of our own refusal because measuring's share is used up. */
export const shareUsed = 'share_used'
/** Codes of our own refusals. The platform was not called, so they say nothing about its limits. */
const ourCodes = new Set(['limited', 'turn_over', shareUsed])
/** How long to wait if the platform doesn't say, in milliseconds. */
const unsaidMs = 60_000

/**
 * What each limit holds back. A daily limit on posts doesn't affect checks of posts that were sent.
 */
const heldBy: Record<LimitedWhat, CallPurpose[]> = {
  app: ['reading', 'asking', 'preparing', 'sending'],
  person: ['reading', 'asking', 'preparing', 'sending'],
  account: ['reading', 'asking', 'preparing', 'sending'],
  posts: ['preparing', 'sending'],
}

/**
 * Runs `work` unless the platform is limiting calls of this purpose. If it reports a limit, stores
 * it for all later calls.
 */
export const withinLimits = async <T>(
  deps: Deps,
  channelId: string,
  purpose: CallPurpose,
  work: () => Promise<T>,
): Promise<T> => {
  const limit = await findLimit(deps.sql, channelId, purpose, new Date(deps.now()))
  if (limit) throw refusal('limited', limit.words, limit.until.getTime() - deps.now())
  try {
    return await work()
  } catch (error) {
    await noteLimit(deps, channelId, error, purpose)
    throw error
  }
}

/**
 * Stores a limit. One that measuring hit holds back only measuring, because whether the platform
 * accepts a post is known only when it is sent.
 */
export const noteLimit = async (
  deps: Deps,
  channelId: string,
  error: unknown,
  purpose: CallPurpose,
): Promise<void> => {
  if (
    !(error instanceof PlatformError) ||
    error.kind !== 'rate_limited' ||
    ourCodes.has(error.problem.code)
  )
    return
  const { limited = 'account', retryAfterMs, words } = error.problem
  const until = new Date(deps.now() + (retryAfterMs ?? unsaidMs))
  const holds: CallPurpose[] = purpose === 'reading' ? ['reading'] : heldBy[limited]
  await retryWrite(() => recordLimit(deps.sql, channelId, { of: limited, holds, until, words }))
}

/**
 * The `takeTurn` of a publication: counts calls that a platform limits per period before they are
 * made. Throws if the limit is reached.
 */
export const turnTaker =
  (deps: Deps, channelId: string) =>
  async ({ words, ...turn }: Turn): Promise<void> => {
    const freeAt = await takeTurn(deps.sql, channelId, turn, new Date(deps.now()))
    if (freeAt) throw refusal('turn_over', words, freeAt.getTime() - deps.now())
  }

export const refusal = (code: string, words: string, waitMs: number): PlatformError =>
  new PlatformError({ kind: 'rate_limited', code, words, retryAfterMs: Math.max(1_000, waitMs) })

/**
 * From these percentages of a limit on, calls are held back. Sending is never held back, so that
 * due posts can use the rest.
 */
const pressures: { percent: number; holds: CallPurpose[] }[] = [
  { percent: 95, holds: ['reading', 'asking', 'preparing'] },
  { percent: 90, holds: ['reading'] },
]
/**
 * Windows last hours or days. After this pause, a call finds out whether there is capacity again.
 */
const restMs = 5 * 60_000

/** Records usage headers. Writes at most once a minute for each account and level. */
export const createPressureRecorder = (deps: Deps & { log: Logger }): NotePressure => {
  const written = new Map<string, number>()
  return (pressure) => {
    const level = pressures.find(({ percent }) => pressure.percent >= percent)
    if (!level) return
    const key = `${pressure.issuer} ${pressure.accountId} ${level.percent}`
    if (deps.now() - (written.get(key) ?? 0) < 60_000) return
    written.set(key, deps.now())
    const until = new Date(deps.now() + (pressure.regainMs ?? restMs))
    recordPressure(deps.sql, pressure, { holds: level.holds, until, words: pressure.words }).catch(
      (error: unknown) =>
        deps.log.warn({ err: error }, 'could not record the usage of a rate limit'),
    )
  }
}
