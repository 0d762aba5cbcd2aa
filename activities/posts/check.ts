import { Context } from '@temporalio/activity'
import { noteWaiting } from '../../db/posts/target-progress.ts'
import type { TargetRow } from '../../db/posts/targets.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { TargetRef } from '../../workflows/names.ts'
import { notYet } from '../retry.ts'
import { settleChecked } from './check-outcomes.ts'
import { asks } from './facts.ts'
import { settleInInbox, settleUnconfirmed } from './outcomes.ts'
import { againLater, type PublishingDeps, platformOf, withPublication } from './platform-calls.ts'
import { whenAsked } from './read.ts'

/** After this time, we stop waiting for the platform to finish processing. */
const processingWindowMs = 6 * 3_600_000

export const createChecking = (deps: PublishingDeps) => ({
  /** Checks a post that the platform is still processing. */
  checkTarget: (ref: TargetRef) =>
    whenAsked(deps, ref, asks.toCheck, (target) => check(deps, target)),
})

const check = async (deps: PublishingDeps, target: TargetRow): Promise<void> => {
  try {
    const checked = await withPublication(
      deps,
      target,
      target.attemptNumber,
      'asking',
      (platform, publication) => platform.publish.check(publication),
    )
    if (checked.state !== 'processing') return await settleChecked(deps, target, checked)
    if (isProcessedTooLong(deps, target))
      return await settleUnconfirmed(deps, target, wordsOfStanding(deps, target, checked))
    await noteWaiting(deps.sql, target, checked.waitingFor)
    if (checked.inInbox) await settleInInbox(deps, target, inboxUntil(deps, target))
    throw notYet(checked.againInMs)
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    await noteWaiting(
      deps.sql,
      target,
      `${error.problem.words} It was sent. Only the answer is missing, and we’ll ask for it again.`,
    )
    if (error.problem.code === 'disconnected')
      return settleUnconfirmed(deps, target, disconnectedMeanwhile)
    if (isProcessedTooLong(deps, target))
      return settleUnconfirmed(deps, target, target.inboxUntil ? draftLost : stillProcessing)
    throw againLater(error, Context.current().info.attempt)
  }
}

/** The processing time limit is days if the platform waits for a person. */
const isProcessedTooLong = (deps: PublishingDeps, target: TargetRow): boolean =>
  deps.now() - sentOrSince(target).getTime() > (personsWindowMs(deps, target) ?? processingWindowMs)

const sentOrSince = (target: TargetRow): Date => target.sentAt ?? target.stateAt

const personsWindowMs = (deps: PublishingDeps, target: TargetRow): number | null =>
  platformOf(deps, target).publish.processesForMs?.(target.settings) ?? null

const inboxUntil = (deps: PublishingDeps, target: TargetRow): Date =>
  new Date(sentOrSince(target).getTime() + (personsWindowMs(deps, target) ?? processingWindowMs))

/** What the person has to do at the platform is more useful than how long nobody did it. */
const wordsOfStanding = (
  deps: PublishingDeps,
  target: TargetRow,
  { waitingFor }: { waitingFor: string },
): string => (personsWindowMs(deps, target) === null ? stillProcessing : waitingFor)

const disconnectedMeanwhile =
  'The account was disconnected before the platform reported the outcome.'

const draftLost = 'It was a draft in the inbox, and the platform no longer reports its outcome.'

const stillProcessing = 'The platform accepted it, but hasn’t reported the outcome for six hours.'
