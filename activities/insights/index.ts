import { Context } from '@temporalio/activity'
import type { Logger } from 'pino'
import {
  enrollChannels,
  findMeasuredChannel,
  listDueChannels,
  type MeasuredChannel,
  type MeasuredPart,
  noteRead,
  noteUnread,
} from '../../db/insights/measured-channels.ts'
import {
  enrollPosts,
  listUnmeasured,
  type UnmeasuredPost,
} from '../../db/insights/measured-posts.ts'
import { ensureSnapshotMonths } from '../../db/insights/snapshots.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { Registry } from '../../platforms/index.ts'
import type { Share } from '../../platforms/measurer.ts'
import type { ChannelRef, Shard } from '../../workflows/names.ts'
import type { GrantDeps } from '../channels/tokens.ts'
import { shareUsed } from '../limits.ts'
import { backoffMs } from '../retry.ts'
import { measureDay, measureFollowers } from './account.ts'
import { measureElsewhere } from './elsewhere.ts'
import { measurePosts } from './posts.ts'
import type { RoundDeps } from './round.ts'
import { createShares, type Shares, type Use } from './share.ts'
import { firstMeasureAt } from './times.ts'

export type MeasuringDeps = GrantDeps & { log: Logger }
export type MeasuringActivities = ReturnType<typeof createMeasuringActivities>

const enrollBatch = 500
/** Accounts per page. The workflow history contains only their ids. */
const channelBatch = 20

/** promise: U3, D1, D2: reads numbers when they are due. What could not be read stays due. */
export const createMeasuringActivities = (deps: MeasuringDeps) =>
  activitiesWith(deps, createShares(deps))

const activitiesWith = (deps: MeasuringDeps, shares: Shares) => ({
  /**
   * Starts measuring posts that were published and accounts that were connected since the last run.
   */
  beginMeasuring: async ({ shard }: Shard): Promise<void> => {
    const now = new Date(deps.now())
    await ensureSnapshotMonths(deps.sql, now)
    await enrollChannels(deps.sql, now, shard)
    for (let found = enrollBatch; found === enrollBatch; ) {
      const posts = await listUnmeasured(deps.sql, shard, enrollBatch)
      await enrollPosts(
        deps.sql,
        posts.map((post) => ({ targetId: post.targetId, nextAt: firstAt(deps, post) })),
      )
      found = posts.length
      Context.current().heartbeat()
    }
  },

  listChannelsToMeasure: ({ shard, after }: Shard & { after: string | null }): Promise<string[]> =>
    listDueChannels(deps.sql, { shard, now: new Date(deps.now()), after, limit: channelBatch }),

  /**
   * Reads everything that is due for one account. A refusal by the platform is recorded in the
   * account's row and doesn't fail the activity.
   */
  measureChannel: async ({ channelId }: ChannelRef): Promise<void> => {
    const channel = await findMeasuredChannel(deps.sql, channelId, new Date(deps.now()))
    if (!channel || !deps.platforms.platforms.has(channel.platform)) return
    const own = shares.open(channel, 'own')
    const round: Round = {
      ...deps,
      share: own,
      shareOf: (use) => (use === 'own' ? own : shares.open(channel, use)),
    }
    for (const part of parts)
      if (isDue(channel, part, deps.now()) && (await measurePart(round, channel, part)) === 'stop')
        return
  },
})

type Round = MeasuringDeps & RoundDeps & { shareOf(use: Use): Share }

/** In order: quick daily reads come first. */
const parts: MeasuredPart[] = ['followers', 'days', 'posts', 'elsewhere']

const isDue = (channel: MeasuredChannel, part: MeasuredPart, nowMs: number): boolean => {
  const until = channel.rests[part]?.until
  if (until !== undefined && Date.parse(until) > nowMs) return false
  if (part === 'posts') return channel.hasDuePosts
  if (part === 'elsewhere')
    return channel.hasDueElsewhere || (channel.listAt !== null && channel.listAt.getTime() <= nowMs)
  const at = part === 'followers' ? channel.nextAt : channel.daysAt
  return at !== null && at.getTime() <= nowMs
}

const readPart = (
  round: Round,
  channel: MeasuredChannel,
  part: MeasuredPart,
): Promise<string | null> => {
  switch (part) {
    case 'followers':
      return measureFollowers(round, channel)
    case 'days':
      return channel.daysAt ? measureDay(round, channel, channel.daysAt) : Promise.resolve(null)
    case 'posts':
      return measurePosts(round, channel, 'here', () => Context.current().heartbeat())
    case 'elsewhere':
      return measureElsewhere(
        {
          list: { ...round, share: round.shareOf('list') },
          others: { ...round, share: round.shareOf('others') },
        },
        channel,
        () => Context.current().heartbeat(),
      )
  }
}

/**
 * Measures one part. If it fails, the other parts still run, unless there is no token or no
 * capacity for any of them.
 */
const measurePart = async (
  round: Round,
  channel: MeasuredChannel,
  part: MeasuredPart,
): Promise<'go on' | 'stop'> => {
  try {
    const problem = await readPart(round, channel, part)
    await noteRead(round.sql, channel.channelId, part, problem, new Date(round.now()))
    return 'go on'
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    // Not a failure: due numbers are read when there is capacity again.
    if (error.problem.code === shareUsed) return 'stop'
    await rest(round, channel, part, error)
    return error.kind === 'reauthorize' ? 'stop' : 'go on'
  }
}

const firstAt = (
  deps: { platforms: Registry; now: () => number },
  post: UnmeasuredPost,
): Date | null => {
  const toldForMs =
    deps.platforms.platforms.get(post.platform)?.measure.toldForMs(post.kind) ?? null
  return firstMeasureAt({ ...post, toldForMs }, deps.now())
}

const minuteMs = 60_000

/**
 * Pauses a part after a failure. What was due stays due. Accounts that must be reconnected are not
 * read until a person has reconnected them.
 */
const rest = async (
  deps: MeasuringDeps,
  channel: MeasuredChannel,
  part: MeasuredPart,
  error: PlatformError,
): Promise<void> => {
  const { problem } = error
  const failures = channel.rests[part]?.failures ?? 0
  const waitMs = problem.retryAfterMs ?? restMs(error, failures)
  const now = new Date(deps.now())
  const until = new Date(now.getTime() + waitMs)
  await noteUnread(
    deps.sql,
    channel.channelId,
    part,
    { problem: problem.words, failures: failures + 1, until },
    now,
  )
  const { kind, code, subcode, traceId } = problem
  deps.log.warn(
    { channel: channel.channelId, part, kind, code, subcode, traceId },
    'could not read the insights of an account',
  )
}

/**
 * The pause doubles from 10 minutes to at most six hours. After a missing permission it is six
 * hours at once.
 */
const restMs = (error: PlatformError, failures: number): number =>
  error.kind === 'permission' ? 360 * minuteMs : backoffMs(failures, 10 * minuteMs, 360 * minuteMs)
