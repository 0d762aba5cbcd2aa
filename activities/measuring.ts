import { Context } from '@temporalio/activity'
import type { Logger } from 'pino'
import {
  enrollChannels,
  findMeasuredChannel,
  listDueChannels,
  type MeasuredChannel,
  noteMeasured,
  noteUnmeasured,
} from '../db/measured-channels.ts'
import { enrollPosts, listUnmeasured, type UnmeasuredPost } from '../db/measured-posts.ts'
import { ensureSnapshotMonths } from '../db/snapshots.ts'
import { PlatformError } from '../platforms/errors.ts'
import type { Registry } from '../platforms/index.ts'
import type { ChannelRef } from '../workflows/names.ts'
import type { GrantDeps } from './grants.ts'
import { measureAccount } from './measuring-account.ts'
import { measurePosts } from './measuring-posts.ts'
import { firstMeasureAt } from './measuring-times.ts'

export type MeasuringDeps = GrantDeps & { log: Logger }
export type MeasuringActivities = ReturnType<typeof createMeasuringActivities>

const enrollBatch = 500
/** Channels of one look; their ids are all that the history keeps of them. */
const channelBatch = 20

/** promise: U3, D1, D2: numbers, when they are due. What does not get through stays due. */
export const createMeasuringActivities = (deps: MeasuringDeps) => ({
  /** What was published or connected since the last time is measured from now on. */
  beginMeasuring: async (): Promise<void> => {
    const now = new Date(deps.now())
    await ensureSnapshotMonths(deps.sql, now)
    await enrollChannels(deps.sql, now)
    for (let found = enrollBatch; found === enrollBatch; ) {
      const posts = await listUnmeasured(deps.sql, now, enrollBatch)
      await enrollPosts(
        deps.sql,
        posts.map((post) => ({ targetId: post.targetId, nextAt: firstAt(deps, post) })),
      )
      found = posts.length
      Context.current().heartbeat()
    }
  },

  listChannelsToMeasure: ({ after }: { after: string | null }): Promise<string[]> =>
    listDueChannels(deps.sql, new Date(deps.now()), after, channelBatch),

  /** Everything that is due for one account. What the platform refuses is noted in its row, and is no failure here. */
  measureChannel: async ({ channelId }: ChannelRef): Promise<void> => {
    const channel = await findMeasuredChannel(deps.sql, channelId)
    if (!channel || !deps.platforms.platforms.has(channel.platform)) return
    try {
      const problem = await measurePosts(deps, channel, () => Context.current().heartbeat())
      if (channel.nextAt.getTime() <= deps.now()) await measureAccount(deps, channel)
      await noteMeasured(deps.sql, channelId, problem, new Date(deps.now()))
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error
      await rest(deps, channel, error)
    }
  },
})

const firstAt = (deps: { platforms: Registry; now: () => number }, post: UnmeasuredPost): Date | null => {
  const toldForMs = deps.platforms.platforms.get(post.platform)?.measure.toldForMs(post.kind) ?? null
  return firstMeasureAt({ ...post, toldForMs }, deps.now())
}

const minuteMs = 60_000

/** Nothing is lost: it stays due. A person's connection that ended wakes by itself, since only connected accounts are looked at. */
const rest = async (deps: MeasuringDeps, channel: MeasuredChannel, error: PlatformError): Promise<void> => {
  const { problem } = error
  const waitMs = problem.retryAfterMs ?? restMs(error, channel.failures)
  const now = new Date(deps.now())
  await noteUnmeasured(deps.sql, channel.channelId, {
    problem: problem.words,
    restUntil: new Date(now.getTime() + waitMs),
    now,
  })
  const { kind, code, subcode, traceId } = problem
  deps.log.warn({ channel: channel.channelId, kind, code, subcode, traceId }, 'an account could not be measured')
}

/** Sooner at first, at most six hours; a permission does not come back by the minute. */
const restMs = (error: PlatformError, failures: number): number =>
  error.kind === 'permission' ? 360 * minuteMs : Math.min(360, 10 * 2 ** Math.min(failures, 10)) * minuteMs
