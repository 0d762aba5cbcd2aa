import { Context } from '@temporalio/activity'
import { findUnready } from '../../db/posts/conversions.ts'
import {
  beginPreparing,
  completeReceipt,
  findTarget,
  isBoundAlready,
  markReady,
  noteWaiting,
  type TargetRow,
} from '../../db/posts/targets.ts'
import { conversionWords } from '../../media/conversion-words.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { FoundPermalink } from '../../platforms/platform.ts'
import type { TargetRef } from '../../workflows/names.ts'
import { notYet } from '../retry.ts'
import { createCommenting } from './commenting.ts'
import { settleChecked, settleInInbox, settleRefusedAhead, settleUnconfirmed, settleWaitingForConnection } from './outcomes.ts'
import { Outdated } from './publication.ts'
import { createReconciling } from './reconcile.ts'
import { createSending } from './send.ts'
import { againLater, type PublishingDeps, platformOf, takeStep, tellNext, waitForRoom, withPublication } from './steps.ts'

export type PublishingActivities = ReturnType<typeof createPublishingActivities>

/** After this time, we stop waiting for the platform to finish processing. */
const processingWindowMs = 6 * 3_600_000
/** TikTok's public post id may come hours after publishing (moderation). */
const receiptWindowMs = 24 * 3_600_000

export const createPublishingActivities = (deps: PublishingDeps) => ({
  /** Reads the row and returns what to do. */
  nextStep: (ref: TargetRef) => tellNext(deps, ref),

  /** Does everything that can be done in advance. Retried until the platform is ready. */
  prepareTarget: (ref: TargetRef) => takeStep(deps, ref, 'prepare', (target) => prepare(deps, target)),

  /** Checks a post that the platform is still processing. */
  checkTarget: (ref: TargetRef) => takeStep(deps, ref, 'check', (target) => check(deps, target)),

  /** Completes the receipt: the post's URL, and its id if that comes later. */
  finishTarget: (ref: TargetRef) => takeStep(deps, ref, 'finish', (target) => finish(deps, target)),

  ...createSending(deps),
  ...createReconciling(deps),
  ...createCommenting(deps),
})

const prepare = async (deps: PublishingDeps, { id, revision }: TargetRow): Promise<void> => {
  if (!(await beginPreparing(deps.sql, { id, revision }))) return
  const target = await findTarget(deps.sql, id)
  if (target?.state !== 'preparing') return
  if (!(await filesAreReady(deps, target))) return
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

/**
 * Waits for a video that is still being converted, even past the post's time. If the conversion
 * failed, the post fails.
 */
const filesAreReady = async (deps: PublishingDeps, target: TargetRow): Promise<boolean> => {
  const unready = await findUnready(deps.sql, target)
  if (!unready) return true
  const words = conversionWords(unready, deps.now()) ?? ''
  if (unready.conversion === 'failed') {
    await settleRefusedAhead(deps, target, new PlatformError({ kind: 'rejected', code: 'not_converted', words }).problem)
    return false
  }
  await noteWaiting(deps.sql, target, words)
  throw notYet(5_000)
}

const preparingFailed = async (deps: PublishingDeps, target: TargetRow, error: PlatformError): Promise<void> => {
  switch (error.kind) {
    case 'rate_limited':
      return waitForRoom(deps, target, error.problem)
    case 'unavailable':
    case 'unknown_outcome': // preparing publishes nothing, so it may be repeated
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
    if (isProcessedTooLong(deps, target)) return await settleUnconfirmed(deps, target, wordsOfStanding(deps, target, checked))
    await noteWaiting(deps.sql, target, checked.waitingFor)
    if (checked.inInbox) await settleInInbox(deps, target, inboxUntil(deps, target))
    throw notYet(checked.againInMs)
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    await noteWaiting(
      deps.sql,
      target,
      `${error.problem.words} It was sent; only the answer is missing, and it is asked for again.`,
    )
    if (error.problem.code === 'disconnected') return settleUnconfirmed(deps, target, disconnectedMeanwhile)
    if (isProcessedTooLong(deps, target)) return settleUnconfirmed(deps, target, target.inboxUntil ? draftLost : stillProcessing)
    throw againLater(error, Context.current().info.attempt)
  }
}

/** The processing time limit is days if the platform waits for a person. */
const isProcessedTooLong = (deps: PublishingDeps, target: TargetRow): boolean =>
  isOlder(deps, sentOrSince(target), personsWindowMs(deps, target) ?? processingWindowMs)

const sentOrSince = (target: TargetRow): Date => target.sentAt ?? target.stateAt

const personsWindowMs = (deps: PublishingDeps, target: TargetRow): number | null =>
  platformOf(deps, target).publish.processesForMs?.(target.settings) ?? null

const inboxUntil = (deps: PublishingDeps, target: TargetRow): Date =>
  new Date(sentOrSince(target).getTime() + (personsWindowMs(deps, target) ?? processingWindowMs))

/** What the person has to do at the platform is more useful than how long nobody did it. */
const wordsOfStanding = (deps: PublishingDeps, target: TargetRow, { waitingFor }: { waitingFor: string }): string =>
  personsWindowMs(deps, target) === null ? stillProcessing : waitingFor

const disconnectedMeanwhile = 'The account was disconnected before the platform said what became of it.'

const draftLost = 'It was a draft in the inbox, and the platform no longer says what became of it.'

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

/**
 * A post that was found by its similarity may belong to another target. Then it isn't this one's,
 * and the URL stays unknown.
 */
const complete = async (deps: PublishingDeps, target: TargetRow, found: FoundPermalink): Promise<void> => {
  try {
    await completeReceipt(deps.sql, target.id, found)
  } catch (error) {
    if (!isBoundAlready(error)) throw error
    await completeReceipt(deps.sql, target.id, { ...found, permalink: null, platformPostId: null })
  }
}

/** Short delays at first, then half an hour: the post is published and only its URL is missing. */
const receiptDelayMs = (ageMs: number): number => {
  if (ageMs < 60_000) return 3_000
  if (ageMs < 600_000) return 30_000
  return ageMs < 3_600_000 ? 300_000 : 1_800_000
}

const isOlder = (deps: PublishingDeps, since: Date, windowMs: number): boolean => deps.now() - since.getTime() > windowMs
