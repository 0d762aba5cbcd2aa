import { Context } from '@temporalio/activity'
import type { MeasuredChannel } from '../db/measured-channels.ts'
import { listRefusedNames, type MetricScope, rememberRefusedNames } from '../db/metric-names.ts'
import type { Measured, Measurer, Measuring } from '../platforms/measurer.ts'
import { type GrantDeps, withToken } from './grants.ts'
import { withinLimits } from './limits.ts'

export const measurerOf = (deps: Pick<GrantDeps, 'platforms'>, { platform }: Pick<MeasuredChannel, 'platform'>): Measurer => {
  const found = deps.platforms.platforms.get(platform)
  if (!found) throw new Error(`platform ${platform} is not configured`)
  return found.measure
}

/**
 * One question to a platform, with the token open for as long as it takes, and only while it takes reading calls: those stop first.
 * Names that the platform refuses are remembered and left out for a month.
 */
export const askNumbers = async <T>(
  deps: GrantDeps,
  channel: MeasuredChannel,
  about: MetricScope['about'],
  ask: (measurer: Measurer, measuring: Measuring) => Promise<Measured<T>>,
): Promise<Measured<T>> => {
  const measurer = measurerOf(deps, channel)
  const scope: MetricScope = { platform: channel.platform, version: measurer.version, about }
  const refused = await listRefusedNames(deps.sql, scope, new Date(deps.now()))
  const signal = Context.current().cancellationSignal
  const told = await withinLimits(deps, channel.channelId, 'reading', () =>
    withToken(deps, channel, (account) => ask(measurer, { account, refused, now: deps.now, signal }), {
      renewOnReauthorize: true,
    }),
  )
  if (told.refused.length > 0) await rememberRefusedNames(deps.sql, scope, told.refused, new Date(deps.now()))
  return told
}
