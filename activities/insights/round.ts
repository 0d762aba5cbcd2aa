import { Context } from '@temporalio/activity'
import type { MeasuredChannel } from '../../db/insights/measured-channels.ts'
import { listRetiredNames, type MetricScope, noteRefusals } from '../../db/insights/metric-names.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { Measured, Measurer, Measuring, Share } from '../../platforms/measurer.ts'
import { type GrantDeps, withToken } from '../channels/tokens.ts'
import { noteLimit } from '../limits.ts'

/** The dependencies of measuring, with its share of the rate limits. */
export type RoundDeps = GrantDeps & { share: Share }

export const measurerOf = (
  deps: Pick<GrantDeps, 'platforms'>,
  { platform }: Pick<MeasuredChannel, 'platform'>,
): Measurer => {
  const found = deps.platforms.platforms.get(platform)
  if (!found) throw new Error(`platform ${platform} is not configured`)
  return found.measure
}

/** The platform's label. */
export const platformLabelOf = (
  deps: Pick<GrantDeps, 'platforms'>,
  { platform }: Pick<MeasuredChannel, 'platform'>,
): string => deps.platforms.platforms.get(platform)?.label ?? platform

/**
 * Makes one request to a platform, with the token decrypted only for its duration. A rate limit
 * that it hits holds back only measuring. Metric names that several objects of a kind refuse are
 * left out for a month.
 */
export const askNumbers = async <M extends Measured<unknown>>(
  deps: RoundDeps,
  channel: MeasuredChannel,
  ask: (measurer: Measurer, measuring: Measuring) => Promise<M>,
): Promise<M> => {
  const measurer = measurerOf(deps, channel)
  const scope: MetricScope = { platform: channel.platform, version: measurer.version }
  const retired = await listRetiredNames(deps.sql, scope, new Date(deps.now()))
  const isRetired = (kind: string, name: string) =>
    retired.some((one) => one.kind === kind && one.name === name)
  const signal = Context.current().cancellationSignal
  const { share, now } = deps
  const told = await withToken(
    deps,
    channel,
    (account) => ask(measurer, { account, share, isRetired, now, signal }),
    {
      renewOnReauthorize: true,
    },
  ).catch(async (error: unknown) => {
    await noteLimit(deps, channel.channelId, error, 'reading')
    throw error
  })
  if (told.refusals.length > 0)
    await noteRefusals(deps.sql, scope, told.refusals, new Date(deps.now()))
  return told
}

/**
 * Reads posts in one call. If the platform rejects the whole call, reads each post alone and skips
 * only the rejected ones, so that one post can't block the others. Returns a problem that people
 * should know about, or null.
 */
export const readBatch = async <P>(
  posts: P[],
  read: (posts: P[]) => Promise<string | null>,
  passOver: (post: P) => Promise<void>,
): Promise<string | null> => {
  try {
    return await read(posts)
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'rejected') throw error
    const [only, ...more] = posts
    if (only && more.length === 0) {
      await passOver(only)
      return error.problem.words
    }
  }
  let problem: string | null = null
  for (const post of posts) problem = (await readBatch([post], read, passOver)) ?? problem
  return problem
}
