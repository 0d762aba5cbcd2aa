import { Context } from '@temporalio/activity'
import { type AttemptRow, findLatestAttempt, recordLook } from '../../db/posts/attempts.ts'
import { retireLinks, wasFetched } from '../../db/posts/media-links.ts'
import { noteWaiting } from '../../db/posts/target-progress.ts'
import { listBoundIds, type TargetRow } from '../../db/posts/targets.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { Reconciled } from '../../platforms/platform.ts'
import type { TargetRef } from '../../workflows/names.ts'
import { backoffMs, notYet } from '../retry.ts'
import { settleGivenUp } from './check-outcomes.ts'
import { asks } from './facts.ts'
import { leaseMs } from './lease.ts'
import {
  type AttemptResult,
  settleAnotherTry,
  settleProcessing,
  settlePublished,
  settleUnconfirmed,
} from './outcomes.ts'
import { againLater, type PublishingDeps, withPublication } from './platform-calls.ts'
import { whenAsked } from './read.ts'
import { windowsOf } from './windows.ts'

const fewestLooks = 3
export const createReconciling = (deps: PublishingDeps) => ({
  /**
   * Finds out whether a send with an unknown outcome took effect. Read-only; repeats until it is
   * certain.
   */
  reconcileTarget: (ref: TargetRef) =>
    whenAsked(deps, ref, asks.toReconcile, (target) => look(deps, target)),
})

const look = async (deps: PublishingDeps, target: TargetRow): Promise<void> => {
  const attempt = await findLatestAttempt(deps.sql, target.id)
  if (!attempt) throw new Error('a target is being sent without an attempt')
  const seen = await seeAtPlatform(deps, target, attempt)
  const looks = await recordLook(deps.sql, attempt.id, {
    outcome: null,
    proof: seen.outcome === 'refused' ? seen.problem.words : seen.proof,
  })
  const result = (outcome: AttemptResult['outcome']): AttemptResult => ({
    id: attempt.id,
    outcome,
    sentAt: attempt.sentAt,
    problem: null,
  })
  switch (seen.outcome) {
    case 'found':
      return settlePublished(
        deps,
        target,
        { platformPostId: seen.platformPostId, confirmedBy: seen.proof },
        result('found'),
      )
    case 'processing':
      return settleProcessing(deps, target, seen.proof, result('found'))
    case 'refused':
      return settleGivenUp(deps, target, seen.problem, attempt)
    case 'absent':
      if (
        looks < fewestLooks ||
        deps.now() < lastPossibleEffectMs(deps, attempt) + windowsOf(deps).lagMs
      )
        return lookAgain(deps, target, looks, seen.proof)
      return sendAgain(deps, target, attempt, looks, result('absent'))
    case 'unclear':
      if (deps.now() < lastPossibleEffectMs(deps, attempt) + windowsOf(deps).unclearMs)
        return lookAgain(deps, target, looks, seen.proof)
      return settleUnconfirmed(deps, target, seen.proof)
  }
}

const seeAtPlatform = async (
  deps: PublishingDeps,
  target: TargetRow,
  attempt: AttemptRow,
): Promise<Reconciled> => {
  const [boundIds, mediaFetched] = await Promise.all([
    listBoundIds(deps.sql, target),
    wasFetched(deps.sql, { targetId: target.id, attemptNumber: attempt.number }),
  ])
  const sentAtMs = (attempt.sentAt ?? attempt.claimedAt).getTime()
  try {
    return await withPublication(deps, target, attempt.number, 'asking', (platform, publication) =>
      platform.publish.reconcile(publication, {
        sentAtMs,
        boundIds,
        mediaFetched,
        answer: attempt.problem,
      }),
    )
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const { unclearMs, limitedMs } = windowsOf(deps)
    const windowMs = error.kind === 'rate_limited' ? limitedMs : unclearMs
    if (deps.now() > lastPossibleEffectMs(deps, attempt) + windowMs)
      return { outcome: 'unclear', proof: error.problem.words }
    await noteWaiting(
      deps.sql,
      target,
      `${error.problem.words} We still don’t know the outcome. Nothing is sent again until we do.`,
    )
    throw againLater(error, Context.current().info.attempt)
  }
}

/**
 * The post is proven absent. The attempt's media URLs are retired first, so that it can't take
 * effect later; only then another attempt may follow. If the platform fetched the media at that
 * very moment, nothing is proven.
 */
const sendAgain = async (
  deps: PublishingDeps,
  target: TargetRow,
  attempt: AttemptRow,
  looks: number,
  result: AttemptResult,
): Promise<void> => {
  const ref = { targetId: target.id, attemptNumber: attempt.number }
  const fetchedBefore = await wasFetched(deps.sql, ref)
  await retireLinks(deps.sql, ref)
  if ((await wasFetched(deps.sql, ref)) !== fetchedBefore)
    return lookAgain(deps, target, looks, 'The files were fetched a moment ago')
  await settleAnotherTry(
    deps,
    target,
    {
      from: 'preparing',
      words: 'The first attempt had no effect, so we’re sending it again.',
      notBefore: restAfter(attempt),
    },
    result,
  )
}

/**
 * Even an answer that left the outcome open may have asked us to wait (Instagram's 4/2207051: some
 * hours).
 */
const restAfter = ({ problem, endedAt }: AttemptRow): Date | null =>
  problem?.retryAfterMs && endedAt ? new Date(endedAt.getTime() + problem.retryAfterMs) : null

const lookAgain = async (
  deps: PublishingDeps,
  target: TargetRow,
  looks: number,
  proof: string,
): Promise<void> => {
  await noteWaiting(
    deps.sql,
    target,
    `${proof}. Checking again. Nothing is sent until this is certain.`,
  )
  throw notYet(backoffMs(looks - 1, 4_000, 60_000))
}

/**
 * When the call can last have taken effect: at its end or, if its worker died, after the longest
 * possible call.
 */
const lastPossibleEffectMs = (deps: PublishingDeps, attempt: AttemptRow): number =>
  attempt.endedAt
    ? attempt.endedAt.getTime()
    : attempt.claimedAt.getTime() + leaseMs + windowsOf(deps).longestCallMs
