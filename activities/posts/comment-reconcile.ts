import { Context } from '@temporalio/activity'
import { tx } from '../../db/postgres/connect.ts'
import {
  type CommentAttempt,
  findLatestCommentAttempt,
  putOffComment,
  recordCommentLook,
  recordCommentOutcome,
} from '../../db/posts/comments/comments.ts'
import type { TargetRow } from '../../db/posts/targets.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { CommentLook, CommentWanted } from '../../platforms/platform.ts'
import { backoffMs, notYet } from '../retry.ts'
import { leaveCommentUnconfirmed, settleCommentWritten } from './comment-outcomes.ts'
import { leaseMs } from './lease.ts'
import { againLater, type PublishingDeps, withPublication } from './platform-calls.ts'
import { commenterOf, wantedOf } from './wanted-comment.ts'
import { windowsOf } from './windows.ts'

const fewestLooks = 3

/**
 * Asks the platform for a comment whose call has no known outcome, and records what it says. Throws
 * `notYet` while the comment may still appear.
 */
export const lookForComment = async (deps: PublishingDeps, target: TargetRow): Promise<void> => {
  const attempt = await findLatestCommentAttempt(deps.sql, target.id)
  if (!attempt || !target.platformPostId)
    throw new Error('a first comment is being written without an attempt or a post')
  const wanted = wantedOf(target, target.platformPostId)
  const seen = await seeAtPlatform(deps, target, attempt, wanted)
  const looks = await recordCommentLook(deps.sql, attempt.id, seen.proof)
  const result = { id: attempt.id, sentAt: attempt.sentAt, problem: null }
  switch (seen.outcome) {
    case 'found':
      return settleCommentWritten(deps, target, seen.commentId, seen.proof, {
        ...result,
        outcome: 'found',
      })
    case 'absent':
      if (
        looks < fewestLooks ||
        deps.now() < lastPossibleEffectMs(deps, attempt) + windowsOf(deps).lagMs
      )
        throw notYet(backoffMs(looks - 1, 4_000, 60_000))
      return void (await tx(deps.sql, async (t) => {
        await recordCommentOutcome(t, attempt.id, { ...result, outcome: 'absent' })
        await putOffComment(t, target, {
          notBefore: restAfter(attempt),
          problem: attempt.problem,
          from: 'sending',
        })
      }))
    case 'unclear':
      return leaveCommentUnconfirmed(deps, target, seen.proof)
  }
}

const seeAtPlatform = async (
  deps: PublishingDeps,
  target: TargetRow,
  attempt: CommentAttempt,
  wanted: CommentWanted,
): Promise<CommentLook | { outcome: 'unclear'; proof: string }> => {
  try {
    return await withPublication(
      deps,
      target,
      target.attemptNumber,
      'asking',
      (_platform, publication) => commenterOf(deps, target).find(publication, wanted),
    )
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const { unclearMs, limitedMs } = windowsOf(deps)
    const waitsMs = error.kind === 'rate_limited' ? limitedMs : unclearMs
    if (deps.now() > lastPossibleEffectMs(deps, attempt) + waitsMs)
      return { outcome: 'unclear', proof: error.problem.words }
    throw againLater(error, Context.current().info.attempt)
  }
}

/**
 * When the call can last have taken effect. If its worker died: after the longest possible call.
 */
const lastPossibleEffectMs = (deps: PublishingDeps, attempt: CommentAttempt): number =>
  attempt.endedAt
    ? attempt.endedAt.getTime()
    : attempt.claimedAt.getTime() + leaseMs + windowsOf(deps).longestCallMs

/** Even an answer that left the outcome open may have asked us to wait. */
const restAfter = ({ problem, endedAt }: CommentAttempt): Date | null =>
  problem?.retryAfterMs && endedAt ? new Date(endedAt.getTime() + problem.retryAfterMs) : null
