import type { Logger } from 'pino'
import type { Sql } from '../db/connect.ts'
import { findLimit, type Purpose, recordLimit, recordPressure, takeTurn } from '../db/limits.ts'
import { type LimitedWhat, PlatformError } from '../platforms/errors.ts'
import type { Heed } from '../platforms/heed.ts'
import type { Turn } from '../platforms/platform.ts'
import { insist } from './insist.ts'

type Deps = { sql: Sql; now: () => number }

/** Codes of our own refusals: the platform was not asked, so there is nothing to learn from them. */
const ourCodes = new Set(['limited', 'turn_over'])
/** How long to wait when the platform does not say. */
const unsaidMs = 60_000

/** What each limit holds back. A day's number of posts says nothing against asking what became of those that are out. */
const heldBy: Record<LimitedWhat, Purpose[]> = {
  app: ['reading', 'asking', 'preparing', 'sending'],
  person: ['reading', 'asking', 'preparing', 'sending'],
  account: ['reading', 'asking', 'preparing', 'sending'],
  posts: ['preparing', 'sending'],
}

/** Makes no call while the platform takes none, and keeps what a refusal says for everybody who would be refused next. */
export const withinLimits = async <T>(deps: Deps, channelId: string, purpose: Purpose, work: () => Promise<T>): Promise<T> => {
  const limit = await findLimit(deps.sql, channelId, purpose, new Date(deps.now()))
  if (limit) throw refusal('limited', limit.words, limit.until.getTime() - deps.now())
  try {
    return await work()
  } catch (error) {
    await noteLimit(deps, channelId, error)
    throw error
  }
}

export const noteLimit = async (deps: Deps, channelId: string, error: unknown): Promise<void> => {
  if (!(error instanceof PlatformError) || error.kind !== 'rate_limited' || ourCodes.has(error.problem.code)) return
  const { limited = 'account', retryAfterMs, words } = error.problem
  const until = new Date(deps.now() + (retryAfterMs ?? unsaidMs))
  await insist(() => recordLimit(deps.sql, channelId, { of: limited, holds: heldBy[limited], until, words }))
}

/** A publication's `takeTurn`: calls that a platform counts by the minute are counted here before they are made. */
export const turnTaker =
  (deps: Deps, channelId: string) =>
  async ({ words, ...turn }: Turn): Promise<void> => {
    const freeAt = await takeTurn(deps.sql, channelId, turn, new Date(deps.now()))
    if (freeAt) throw refusal('turn_over', words, freeAt.getTime() - deps.now())
  }

const refusal = (code: string, words: string, waitMs: number): PlatformError =>
  new PlatformError({ kind: 'rate_limited', code, words, retryAfterMs: Math.max(1_000, waitMs) })

/** From so much of a limit on, in percent, calls are given up, publishing last: what is armed may still use what is left. */
const pressures: { percent: number; holds: Purpose[] }[] = [
  { percent: 95, holds: ['reading', 'asking', 'preparing'] },
  { percent: 90, holds: ['reading'] },
]
/** Windows are hours and days long; after this a call finds out whether there is room again. */
const restMs = 5 * 60_000

/** Heeds usage headers: written at most once a minute for each account and level. */
export const createHeed = (deps: Deps & { log: Logger }): Heed => {
  const written = new Map<string, number>()
  return (pressure) => {
    const level = pressures.find(({ percent }) => pressure.percent >= percent)
    if (!level) return
    const key = `${pressure.issuer} ${pressure.accountId} ${level.percent}`
    if (deps.now() - (written.get(key) ?? 0) < 60_000) return
    written.set(key, deps.now())
    const until = new Date(deps.now() + (pressure.regainMs ?? restMs))
    recordPressure(deps.sql, pressure, { holds: level.holds, until, words: pressure.words }).catch((error: unknown) =>
      deps.log.warn({ err: error }, 'the pressure on a limit could not be written down'),
    )
  }
}
