import { Context } from '@temporalio/activity'
import { markReadyAtOnce } from '../../db/posts/target-progress.ts'
import { findTarget, type TargetToDrive } from '../../db/posts/targets.ts'
import type { PostKind } from '../../platforms/post-kind.ts'
import type { Searchable, TargetRef } from '../../workflows/names.ts'
import { asks, factsOf, factsOfNothing, isOverdue, type TargetFacts } from './facts.ts'
import { countAround, leadMsFor } from './lead-time.ts'
import type { PublishingDeps } from './platform-calls.ts'
import { settleMissed } from './unsent-outcomes.ts'

export const createReading = (deps: PublishingDeps) => ({
  /** Reads the row. Runs within the workflow's task, so it must be short. */
  readTarget: (ref: TargetRef): Promise<TargetFacts> => readFacts(deps, ref),
})

type Asks = (target: TargetToDrive, nowMs: number) => boolean

/**
 * Does the work if the row asks for it, and returns the facts of the row after that. Sends
 * heartbeats meanwhile, so that a dead worker is noticed and cancellations arrive.
 */
export const whenAsked = async (
  deps: PublishingDeps,
  ref: TargetRef,
  isAsked: Asks,
  work: (target: TargetToDrive) => Promise<void>,
): Promise<TargetFacts> => {
  const target = await readRow(deps, ref)
  if (!target) return factsOfNothing(deps.now())
  if (!isAsked(target, deps.now())) return report(deps, target)
  await withHeartbeats(() => work(target))
  return readFacts(deps, ref)
}

/** How long before its time this target is prepared, at the most. */
export const prepareAheadMs = (deps: PublishingDeps, target: TargetToDrive): number =>
  kindOf(deps, target)?.prepareAheadMs ?? 0

const readFacts = async (deps: PublishingDeps, ref: TargetRef): Promise<TargetFacts> => {
  const target = await readRow(deps, ref)
  return target ? report(deps, target) : factsOfNothing(deps.now())
}

/**
 * Reads the row. Marks it as missed if it is overdue beyond the workspace's limit, and as ready if
 * its time to be prepared has come and nothing has to be prepared.
 */
const readRow = async (
  deps: PublishingDeps,
  { targetId }: TargetRef,
): Promise<TargetToDrive | undefined> => {
  const target = await findTarget(deps.sql, targetId)
  if (!target) return undefined
  if (isOverdue(target, deps.now())) await settleMissed(deps, target)
  else if (isReadyNow(deps, target)) await markReadyAtOnce(deps.sql, target)
  else return target
  return findTarget(deps.sql, targetId)
}

const isReadyNow = (deps: PublishingDeps, target: TargetToDrive): boolean =>
  isReadyAtOnce(deps, target) && asks.toBeReady(target, deps.now(), prepareAheadMs(deps, target))

/** Preparing finds out what became of a lost connection. */
const isReadyAtOnce = (deps: PublishingDeps, target: TargetToDrive): boolean =>
  target.isConnected && kindOf(deps, target)?.isReadyAtOnce === true

const report = async (deps: PublishingDeps, target: TargetToDrive): Promise<TargetFacts> => {
  const facts = factsOf(target, deps.now(), {
    prepareAheadMs: prepareAheadMs(deps, target),
    isReadyAtOnce: isReadyAtOnce(deps, target),
    leadMs: leadMsFor(target.state === 'ready' ? await countAround(deps, target.dueAt) : 0),
  })
  return { ...facts, ...searchableBy(deps, target) }
}

const kindOf = (deps: PublishingDeps, target: TargetToDrive): PostKind | undefined =>
  deps.platforms.platforms.get(target.platform)?.kinds.find((kind) => kind.name === target.kind)

/** The search attributes, or nothing until the cluster knows them. */
const searchableBy = (deps: PublishingDeps, target: TargetToDrive): Searchable => {
  const { workspaceId: workspace, channelId: channel, platform, state } = target
  return deps.isSearchable?.() ? { attributes: { workspace, channel, platform, state } } : {}
}

const withHeartbeats = async (work: () => Promise<void>): Promise<void> => {
  const context = Context.current()
  const timer = setInterval(
    () => context.heartbeat(),
    (context.info.heartbeatTimeoutMs ?? 20_000) / 5,
  )
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
}
