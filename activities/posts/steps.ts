import { ApplicationFailure, Context } from '@temporalio/activity'
import { ApplicationFailureCategory } from '@temporalio/common'
import type { Logger } from 'pino'
import type { Purpose } from '../db/limits.ts'
import { isUnsent } from '../db/target-states.ts'
import { findTarget, postpone, type TargetRow, type TargetToDrive } from '../db/targets.ts'
import type { PlatformError, Problem } from '../platforms/errors.ts'
import type { Registry } from '../platforms/index.ts'
import type { Platform, Publication } from '../platforms/platform.ts'
import type { Action, FailureType, Searchable, Step, TargetRef, Told } from '../workflows/names.ts'
import { crowdAt } from './crowd.ts'
import { type GrantDeps, withToken } from './grants.ts'
import { withinLimits } from './limits.ts'
import type { Meters } from './meters.ts'
import { decideStep } from './next-step.ts'
import type { Patience } from './patience.ts'
import { buildPublication, type PublicationDeps } from './publication.ts'
import { settleMissed } from './settling.ts'
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

/** The end of a pause is told; this look is for a word that was lost. */
const pausedLookMs = 15 * 60_000

/** What to do next, from the row. Marks what is overdue beyond the workspace's limit as missed. */
export const tellNext = async (deps: PublishingDeps, { targetId }: TargetRef): Promise<Told> => {
  const target = await findTarget(deps.sql, targetId)
  return target ? tell(deps, target) : gone
}

/** Does the work if it is what the row asks for now, and says what is next. */
export const takeStep = async (
  deps: PublishingDeps,
  ref: TargetRef,
  name: Action['do'],
  work: (target: TargetRow) => Promise<void>,
): Promise<Told> => {
  const target = await findTarget(deps.sql, ref.targetId)
  if (!target) return gone
  const told = await tell(deps, target)
  if (told.do !== name) return told
  await beating(() => work(target))
  return tellNext(deps, ref)
}

const gone: Told = { do: 'end', words: 'Its row is gone' }

const tell = async (deps: PublishingDeps, target: TargetToDrive): Promise<Told> => {
  const step = await stepOf(deps, target)
  return { ...step, ...searchableBy(deps, target, step) }
}

const stepOf = async (deps: PublishingDeps, target: TargetToDrive): Promise<Step> => {
  if (target.isPaused && isUnsent(target.state))
    return { do: 'wait', untilMs: deps.now() + pausedLookMs, words: 'Paused; nothing is sent' }
  if (target.missedAt.getTime() < deps.now() && (await settleMissed(deps, target))) return { do: 'end', words: 'Missed' }
  const prepareAheadMs = platformOf(deps, target).kinds.find((kind) => kind.name === target.kind)?.prepareAheadMs ?? 0
  const crowd = target.state === 'ready' ? await crowdAt(deps, target.dueAt) : 0
  return noLaterThan(target, decideStep(target, deps.now(), { prepareAheadMs, crowd }))
}

/** A wait for the platform ends when the post would be too late anyway: then it is missed, and told. */
const noLaterThan = (target: TargetToDrive, step: Step): Step => {
  const lastMs = target.missedAt.getTime() + 1_000
  return step.do === 'wait' && step.untilMs > lastMs ? { do: 'wait', untilMs: lastMs, words: step.words } : step
}

/** Nothing until the cluster knows the keys. An unsent row with nothing left to do was marked as missed just now. */
const searchableBy = (deps: PublishingDeps, target: TargetRow, step: Step): Searchable => {
  const { workspaceId: workspace, channelId: channel, platform } = target
  const state = step.do === 'end' && isUnsent(target.state) ? 'missed' : target.state
  return deps.isSearchable?.() ? { attributes: { workspace, channel, platform, state } } : {}
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
const beating = async (work: () => Promise<void>): Promise<void> => {
  const context = Context.current()
  const beat = setInterval(() => context.heartbeat(), (context.info.heartbeatTimeoutMs ?? 20_000) / 5)
  try {
    await work()
  } finally {
    clearInterval(beat)
  }
}
