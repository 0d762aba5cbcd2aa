import { type ApplicationFailure, Context } from '@temporalio/activity'
import type { Logger } from 'pino'
import type { CallPurpose } from '../../db/channels/limits.ts'
import { postpone } from '../../db/posts/target-progress.ts'
import type { TargetRow } from '../../db/posts/targets.ts'
import type { PlatformError, Problem } from '../../platforms/errors.ts'
import type { Registry } from '../../platforms/index.ts'
import type { Platform, Publication } from '../../platforms/platform.ts'
import { type GrantDeps, withToken } from '../channels/tokens.ts'
import { withinLimits } from '../limits.ts'
import type { Meters } from '../meters.ts'
import { backoffMs, notYet } from '../retry.ts'
import type { TargetChanges } from './changes.ts'
import { buildPublication, type PublicationDeps } from './publication.ts'
import type { Windows } from './windows.ts'

/** The dependencies of all publishing steps. */
export type PublishingDeps = PublicationDeps &
  GrantDeps & {
    platforms: Registry
    changes: TargetChanges
    log: Logger
    windows?: Windows | undefined
    isSearchable?: () => boolean
    meters?: Meters | undefined
  }

/**
 * Runs one step of a publisher with its publication. The token is only available during the step.
 */
export const withPublication = <T>(
  deps: PublishingDeps,
  target: TargetRow,
  attemptNumber: number,
  purpose: Exclude<CallPurpose, 'sending'>,
  step: (platform: Platform, publication: Publication) => Promise<T>,
): Promise<T> =>
  withinLimits(deps, target.channelId, purpose, () =>
    withToken(
      deps,
      target,
      async (account) => {
        const signal = Context.current().cancellationSignal
        const publication = await buildPublication(deps, target, {
          account,
          attemptNumber,
          signal,
          holder: target,
        })
        return step(platformOf(deps, target), publication)
      },
      { renewOnReauthorize: true, explainRefusals: purpose === 'preparing' },
    ),
  )

export const platformOf = (
  deps: { platforms: Registry },
  target: { platform: string },
): Platform => {
  const platform = deps.platforms.platforms.get(target.platform)
  if (!platform) throw new Error(`platform ${target.platform} is not configured`)
  return platform
}

/** For a read or a repeatable call that failed: retry, with a growing delay. */
export const againLater = (problem: PlatformError, attempt: number): ApplicationFailure =>
  notYet(problem.problem.retryAfterMs ?? backoffMs(attempt, 1_000, 60_000))

/**
 * The platform accepts no more for now. Waits in a timer, not in an activity; the page says why and
 * until when.
 */
export const waitForRoom = (
  deps: PublishingDeps,
  target: TargetRow,
  problem: Problem,
): Promise<void> =>
  postpone(deps.sql, target, {
    notBefore: new Date(deps.now() + (problem.retryAfterMs ?? 60_000)),
    words: `${problem.words} Nothing was sent yet. We’ll try again when the limit allows.`,
  })
