import { Context } from '@temporalio/activity'
import {
  beginPreparing,
  completeReceipt,
  findTarget,
  isBoundAlready,
  markReady,
  noteWaiting,
  type TargetRow,
} from '../db/targets.ts'
import { PlatformError } from '../platforms/errors.ts'
import type { FoundPermalink } from '../platforms/platform.ts'
import type { TargetRef } from '../workflows/names.ts'
import { Outdated } from './publication.ts'
import { createReconciling } from './reconciling.ts'
import { createSending } from './sending.ts'
import { settleChecked, settleRefusedAhead, settleUnconfirmed, settleWaitingForConnection } from './settling.ts'
import { againLater, notYet, type PublishingDeps, takeStep, tellNext, waitForRoom, withPublication } from './steps.ts'

export type PublishingActivities = ReturnType<typeof createPublishingActivities>

/** A platform that is still at work after this long gives no answer we could wait for. */
const processingWindowMs = 6 * 3_600_000
/** TikTok's public post id may come hours after publishing (moderation). */
const receiptWindowMs = 24 * 3_600_000

export const createPublishingActivities = (deps: PublishingDeps) => ({
  /** Reads the row and says what to do with it. */
  nextStep: (ref: TargetRef) => tellNext(deps, ref),

  /** Everything that can be done ahead; comes back by itself until the platform says ready. */
  prepareTarget: (ref: TargetRef) => takeStep(deps, ref, 'prepare', (target) => prepare(deps, target)),

  /** What became of a send that the platform is still processing. */
  checkTarget: (ref: TargetRef) => takeStep(deps, ref, 'check', (target) => check(deps, target)),

  /** Completes the receipt: address of the post, and its id where that comes later. */
  finishTarget: (ref: TargetRef) => takeStep(deps, ref, 'finish', (target) => finish(deps, target)),

  ...createSending(deps),
  ...createReconciling(deps),
})

const prepare = async (deps: PublishingDeps, { id, revision }: TargetRow): Promise<void> => {
  if (!(await beginPreparing(deps.sql, { id, revision }))) return
  const target = await findTarget(deps.sql, id)
  if (target?.state !== 'preparing') return
  try {
    const prepared = await withPublication(deps, target, target.attemptNumber + 1, 'preparing', (platform, publication) =>
      platform.publish.prepare(publication),
    )
    if (prepared.ready) return void (await markReady(deps.sql, target))
    await noteWaiting(deps.sql, target, prepared.waitingFor)
    throw notYet(prepared.againInMs)
  } catch (error) {
    if (error instanceof Outdated) return
    if (!(error instanceof PlatformError)) throw error
    await preparingFailed(deps, target, error)
  }
}

const preparingFailed = async (deps: PublishingDeps, target: TargetRow, error: PlatformError): Promise<void> => {
  switch (error.kind) {
    case 'rate_limited':
      return waitForRoom(deps, target, error.problem)
    case 'unavailable':
    case 'unknown_outcome': // nothing in preparing publishes, so what may have happened may happen again
      await noteWaiting(deps.sql, target, `${error.problem.words} It is tried again by itself.`)
      throw againLater(error, Context.current().info.attempt)
    case 'reauthorize':
      if (await settleWaitingForConnection(deps, target, error.problem)) return
      return settleRefusedAhead(deps, target, error.problem)
    case 'permission':
    case 'rejected':
      return settleRefusedAhead(deps, target, error.problem)
  }
}

const check = async (deps: PublishingDeps, target: TargetRow): Promise<void> => {
  try {
    const checked = await withPublication(deps, target, target.attemptNumber, 'asking', (platform, publication) =>
      platform.publish.check(publication),
    )
    if (checked.state !== 'processing') return await settleChecked(deps, target, checked)
    if (isOlder(deps, target.sentAt ?? target.stateAt, processingWindowMs))
      return await settleUnconfirmed(deps, target, stillProcessing)
    await noteWaiting(deps.sql, target, checked.waitingFor)
    throw notYet(checked.againInMs)
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    await noteWaiting(
      deps.sql,
      target,
      `${error.problem.words} It was sent; only the answer is missing, and it is asked for again.`,
    )
    if (error.problem.code === 'disconnected') return settleUnconfirmed(deps, target, disconnectedMeanwhile)
    if (isOlder(deps, target.sentAt ?? target.stateAt, processingWindowMs))
      return settleUnconfirmed(deps, target, stillProcessing)
    throw againLater(error, Context.current().info.attempt)
  }
}

const disconnectedMeanwhile = 'The account was disconnected before the platform said what became of it.'

const stillProcessing = 'The platform took it, but has not said for six hours what became of it.'

const finish = async (deps: PublishingDeps, target: TargetRow): Promise<void> => {
  const publishedAt = target.publishedAt ?? target.stateAt
  const isLast = isOlder(deps, publishedAt, receiptWindowMs)
  try {
    const found = await withPublication(deps, target, target.attemptNumber, 'asking', (platform, publication) =>
      platform.publish.findPermalink(publication, target.platformPostId),
    )
    await complete(deps, target, { ...found, final: found.final || isLast })
    if (found.final || isLast) return
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    if (isLast) return completeReceipt(deps.sql, target.id, { permalink: null, platformPostId: null, final: true })
    if (error.kind === 'rate_limited') throw againLater(error, 1)
  }
  throw notYet(receiptDelayMs(deps.now() - publishedAt.getTime()))
}

/** What was found by likeness may be another target's post: then it is not this one's, and its address is left open. */
const complete = async (deps: PublishingDeps, target: TargetRow, found: FoundPermalink): Promise<void> => {
  try {
    await completeReceipt(deps.sql, target.id, found)
  } catch (error) {
    if (!isBoundAlready(error)) throw error
    await completeReceipt(deps.sql, target.id, { ...found, permalink: null, platformPostId: null })
  }
}

/** Soon at first, then every half hour: the post is out, only its address is missing. */
const receiptDelayMs = (ageMs: number): number => {
  if (ageMs < 60_000) return 3_000
  if (ageMs < 600_000) return 30_000
  return ageMs < 3_600_000 ? 300_000 : 1_800_000
}

const isOlder = (deps: PublishingDeps, since: Date, windowMs: number): boolean => deps.now() - since.getTime() > windowMs
