import { findLimit } from '../../db/channels/limits.ts'
import { takeReadings } from '../../db/insights/reading-calls.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import type { PlatformError } from '../../platforms/errors.ts'
import type { Registry } from '../../platforms/index.ts'
import type { Share, Used } from '../../platforms/measurer.ts'
import { refusal, shareUsed } from '../limits.ts'

/** What calls are for: followers, days and our own posts; the list of all posts; other posts. */
export type Use = 'own' | 'list' | 'others'
/**
 * Measuring stops when this percentage of a limit is used, by any kind of call. The rest is
 * reserved for publishing. The list of all posts and posts that were not made here stop earlier, so
 * that they never keep our own posts from being read.
 */
const sharePercents: Record<Use, number> = { own: 50, list: 40, others: 30 }
/**
 * The most calls for one account in one run, which is every 15 minutes. The rest is read in the
 * next run.
 */
const mostCalls = 1_000
const hourMs = 3_600_000

type Deps = { sql: Sql; platforms: Registry; now: () => number }
/**
 * The platform's last report on the app's limit, and how many of the calls in the hour before were
 * measuring's.
 */
type Heard = { atMs: number; percent: number; readings: number }
type Measured = { channelId: string; platform: string }

/**
 * Opens a share of the limits for reading one account. All shares, in all processes, count against
 * the same limits of the app.
 */
export type Shares = { open(channel: Measured, use: Use): Share }

export const createShares = (deps: Deps): Shares => {
  const heard = new Map<string, Heard>()
  return {
    open: (channel, use) => {
      const sharePercent = sharePercents[use]
      const platform = deps.platforms.platforms.get(channel.platform)
      if (!platform) throw new Error(`platform ${channel.platform} is not configured`)
      const { issuer, measure } = platform
      let [calls, percent, readings] = [0, 0, 0]
      return {
        take: async (count) => {
          const limit = await findLimit(
            deps.sql,
            channel.channelId,
            'reading',
            new Date(deps.now()),
          )
          if (limit) throw refusal('limited', limit.words, limit.until.getTime() - deps.now())
          if (percent >= sharePercent || calls + count > mostCalls) throw noRoom()
          calls += count
          if (measure.callsPerHour === null) return
          const wanted = { issuer, count, perPerson: (measure.callsPerHour * sharePercent) / 100 }
          const taken = await takeReadings(
            deps.sql,
            { ...wanted, most: roomOf(heard.get(issuer), sharePercent, deps.now()) },
            new Date(deps.now()),
          )
          if (taken === null) throw noRoom()
          readings = taken
        },
        told: (used: Used[]) => {
          percent = Math.max(percent, ...used.map((one) => one.percent))
          const app = used.find(({ accountId }) => accountId === null)
          if (app) heard.set(issuer, { atMs: deps.now(), percent: app.percent, readings })
        },
      }
    },
  }
}

/**
 * How many readings an hour may have, according to the platform's percentage. 0 if it gives none.
 * Headers round down and arrive late, so all usage is attributed to measuring's calls.
 */
const roomOf = (heard: Heard | undefined, sharePercent: number, nowMs: number): number => {
  if (
    !heard ||
    nowMs - heard.atMs > hourMs ||
    heard.percent >= sharePercent ||
    heard.readings === 0
  )
    return 0
  const percentEach = (heard.percent + 1) / heard.readings
  return heard.readings + Math.floor((sharePercent - heard.percent) / percentEach)
}

const noRoom = (): PlatformError =>
  refusal(
    shareUsed,
    'Insights are paused to leave room for publishing within the platform’s rate limit.',
    15 * 60_000,
  )
