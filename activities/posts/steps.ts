import { type ApplicationFailure, Context } from '@temporalio/activity'
import type { Logger } from 'pino'
import type { CallPurpose } from '../../db/channels/limits.ts'
import { isUnsent } from '../../db/posts/target-states.ts'
import { findTarget, postpone, type TargetRow, type TargetToDrive } from '../../db/posts/targets.ts'
import type { PlatformError, Problem } from '../../platforms/errors.ts'
import type { Registry } from '../../platforms/index.ts'
import type { Platform, Publication } from '../../platforms/platform.ts'
import type { Action, Searchable, Step, TargetRef, Told } from '../../workflows/names.ts'
import { type GrantDeps, withToken } from '../channels/tokens.ts'
import { withinLimits } from '../limits.ts'
import type { Meters } from '../meters.ts'
import { backoffMs, notYet } from '../retry.ts'
import type { TargetChanges } from './changes.ts'
import { crowdAt } from './lead-time.ts'
import { decideStep } from './next-step.ts'
import { settleMissed } from './outcomes.ts'
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

/** The end of a pause sends a signal. This is how often to check in case it was lost. */
const pausedLookMs = 15 * 60_000

/**
 * What to do next with the target, from its row. Marks it as missed if it is overdue beyond the
 * workspace's limit.
 */
export const tellNext = async (deps: PublishingDeps, { targetId }: TargetRef): Promise<Told> => {
  const target = await findTarget(deps.sql, targetId)
  return target ? tell(deps, target) : gone
}

/** Does the work if the row still asks for this step, and returns what is next. */
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
  const step = decideStep(target, deps.now(), { prepareAheadMs, crowd })
  if (!isUnsent(target.state)) return target.isPaused ? pausingComment(deps, step) : step
  return noLaterThan(target, step)
}

/**
 * During a pause, first comments wait too, because they are public. Checks of what is already
 * published continue.
 */
const pausingComment = (deps: PublishingDeps, step: Step): Step =>
  step.do === 'comment' || (step.do === 'wait' && step.next?.do === 'comment')
    ? { do: 'wait', untilMs: deps.now() + pausedLookMs, words: 'Published; paused, so the first comment waits' }
    : step

/**
 * A wait for the platform ends when the post would be too late anyway. Then it is marked as missed
 * and reported.
 */
const noLaterThan = (target: TargetToDrive, step: Step): Step => {
  const lastMs = target.missedAt.getTime() + 1_000
  return step.do === 'wait' && step.untilMs > lastMs ? { do: 'wait', untilMs: lastMs, words: step.words } : step
}

/**
 * The search attributes, or nothing until the cluster knows them. An unsent row with nothing left
 * to do has just been marked as missed.
 */
const searchableBy = (deps: PublishingDeps, target: TargetRow, step: Step): Searchable => {
  const { workspaceId: workspace, channelId: channel, platform } = target
  const state = step.do === 'end' && isUnsent(target.state) ? 'missed' : target.state
  return deps.isSearchable?.() ? { attributes: { workspace, channel, platform, state } } : {}
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
        const publication = await buildPublication(deps, target, { account, attemptNumber, signal, holder: target })
        return step(platformOf(deps, target), publication)
      },
      { renewOnReauthorize: true, explainRefusals: purpose === 'preparing' },
    ),
  )

export const platformOf = (deps: { platforms: Registry }, target: { platform: string }): Platform => {
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
export const waitForRoom = (deps: PublishingDeps, target: TargetRow, problem: Problem): Promise<void> =>
  postpone(deps.sql, target, {
    notBefore: new Date(deps.now() + (problem.retryAfterMs ?? 60_000)),
    words: `${problem.words} Nothing was sent; it goes on by itself when there is room again.`,
  })

/**
 * Sends heartbeats while the work runs, so that a dead worker is noticed and cancellations arrive.
 */
const beating = async (work: () => Promise<void>): Promise<void> => {
  const context = Context.current()
  const beat = setInterval(() => context.heartbeat(), (context.info.heartbeatTimeoutMs ?? 20_000) / 5)
  try {
    await work()
  } finally {
    clearInterval(beat)
  }
}
