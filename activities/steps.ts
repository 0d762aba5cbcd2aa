import { ApplicationFailure, Context } from '@temporalio/activity'
import { ApplicationFailureCategory } from '@temporalio/common'
import type { Logger } from 'pino'
import type { Purpose } from '../db/limits.ts'
import { postpone, type TargetRow } from '../db/targets.ts'
import type { PlatformError, Problem } from '../platforms/errors.ts'
import type { Registry } from '../platforms/index.ts'
import type { Platform, Publication } from '../platforms/platform.ts'
import type { FailureType } from '../workflows/names.ts'
import { type GrantDeps, withToken } from './grants.ts'
import { withinLimits } from './limits.ts'
import type { Meters } from './meters.ts'
import type { Patience } from './patience.ts'
import { buildPublication, type PublicationDeps } from './publication.ts'
import type { TargetChanges } from './target-changes.ts'

/** What the steps of publishing share. */
export type PublishingDeps = PublicationDeps &
  GrantDeps & {
    platforms: Registry
    changes: TargetChanges
    log: Logger
    patience?: Patience | undefined
    isSearchable?: () => boolean
    meters?: Meters | undefined
  }

/** Runs one step of a publisher with its publication; the token lives no longer than the step. */
export const withPublication = <T>(
  deps: PublishingDeps,
  target: TargetRow,
  attemptNumber: number,
  purpose: Exclude<Purpose, 'sending'>,
  step: (platform: Platform, publication: Publication) => Promise<T>,
): Promise<T> =>
  withinLimits(deps, target.channelId, purpose, () =>
    withToken(
      deps,
      target,
      async (account) => {
        const signal = Context.current().cancellationSignal
        const publication = await buildPublication(deps, target, { account, attemptNumber, signal, holder: target })
        return step(platformOf(deps, target), publication)
      },
      { renewOnReauthorize: true },
    ),
  )

export const platformOf = (deps: { platforms: Registry }, target: { platform: string }): Platform => {
  const platform = deps.platforms.platforms.get(target.platform)
  if (!platform) throw new Error(`platform ${target.platform} is not configured`)
  return platform
}

/** Ends the activity's attempt; it comes back after `againInMs`. Leaves no trace in the history. */
export const notYet = (againInMs: number): ApplicationFailure =>
  ApplicationFailure.create({
    type: 'NotYet' satisfies FailureType,
    message: 'not yet',
    nextRetryDelay: Math.max(100, againInMs),
    category: ApplicationFailureCategory.BENIGN,
  })

/** A read or a repeatable call that did not go through: again later, sooner at first. */
export const againLater = (problem: PlatformError, attempt: number): ApplicationFailure =>
  notYet(problem.problem.retryAfterMs ?? Math.min(60_000, 1_000 * 2 ** Math.min(attempt, 6)))

/** The platform takes no more for now: a timer, not a held activity, until it does; the page says why and when. */
export const waitForRoom = (deps: PublishingDeps, target: TargetRow, problem: Problem): Promise<void> =>
  postpone(deps.sql, target, {
    notBefore: new Date(deps.now() + (problem.retryAfterMs ?? 60_000)),
    words: `${problem.words} Nothing was sent; it goes on by itself when there is room again.`,
  })

/** Heartbeats while the work runs, so that a dead worker is noticed and a cancellation arrives. */
export const beating = async (work: () => Promise<void>): Promise<void> => {
  const context = Context.current()
  const beat = setInterval(() => context.heartbeat(), 4_000)
  try {
    await work()
  } finally {
    clearInterval(beat)
  }
}
