import { tx } from '../../db/postgres/connect.ts'
import {
  type CommentClaim,
  claimComment,
  putOffComment,
  recordCommentOutcome,
} from '../../db/posts/comments/comments.ts'
import { findTarget, type TargetRow } from '../../db/posts/targets.ts'
import type { Account } from '../../platforms/account.ts'
import { PlatformError, type Problem } from '../../platforms/errors.ts'
import { postNotShown } from '../../platforms/first-comment.ts'
import type { Commenter, CommentWanted, Publication } from '../../platforms/platform.ts'
import type { TargetRef } from '../../workflows/names.ts'
import { withToken } from '../channels/tokens.ts'
import { withinLimits } from '../limits.ts'
import { backoffMs, retryWrite } from '../retry.ts'
import { failComment, settleCommentWritten } from './comment-outcomes.ts'
import { lookForComment } from './comment-reconcile.ts'
import { asks } from './facts.ts'
import { createLease, type Lease, LeaseOver } from './lease.ts'
import { type PublishingDeps, platformOf } from './platform-calls.ts'
import { buildPublication } from './publication.ts'
import { whenAsked } from './read.ts'
import { commenterOf, commentFingerprint, wantedOf } from './wanted-comment.ts'

/** After this time, a first comment is too late and a person decides. */
const windowMs = 24 * 3_600_000
/** How often to check if a lost connection is back; only the row shows that. */
const reconnectLookMs = 15 * 60_000

/**
 * The first comment: a step after publishing, with its own claim and outcome. The post never
 * changes.
 */
export const createCommenting = (deps: PublishingDeps) => ({
  /** Claims, makes the one call, and records the result. Temporal never runs it twice. */
  writeComment: (ref: TargetRef) =>
    whenAsked(deps, ref, asks.toComment, (target) => write(deps, target)),
  /**
   * Finds out if a comment with an unknown outcome exists. Read-only; repeats until it is certain.
   */
  findComment: (ref: TargetRef) =>
    whenAsked(deps, ref, asks.toFindComment, (target) => lookForComment(deps, target)),
})

const write = async (deps: PublishingDeps, target: TargetRow): Promise<void> => {
  const since = target.commentSince ?? target.stateAt
  if (deps.now() - since.getTime() > windowMs)
    return failComment(deps, target, target.commentProblem ?? tooLate)
  if (!target.platformPostId) return failComment(deps, target, noPost)
  try {
    const options = { renewOnReauthorize: true, explainRefusals: true }
    await withinLimits(deps, target.channelId, 'sending', () =>
      withToken(deps, target, (account) => writeOnce(deps, target, account), options),
    )
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    await retryWrite(() => notWritten(deps, target, error.problem))
  }
}

/** Runs again only after the token was rejected and renewed. Then there is another claim. */
const writeOnce = async (
  deps: PublishingDeps,
  seen: TargetRow,
  account: Account,
): Promise<void> => {
  const target = await findTarget(deps.sql, seen.id)
  if (!target?.commentOpen || target.commentState === 'sending' || !target.platformPostId) return
  const commenter = commenterOf(deps, target)
  const lease = createLease(deps.now)
  const publication = await buildPublication(deps, target, {
    account,
    attemptNumber: target.attemptNumber,
    holder: { state: 'published', attemptNumber: target.attemptNumber },
    signal: new AbortController().signal, // we never abort a call that has been sent
    leaving: lease.leaving,
  })
  const wanted = { ...wantedOf(target, target.platformPostId), number: target.commentNumber + 1 }
  if (await isThere(deps, target, commenter, publication, wanted)) return
  const wish = {
    ...target,
    fingerprint: commentFingerprint(target, wanted),
    now: new Date(deps.now()),
  }
  const claim = await claimComment(deps.sql, wish, lease.begin)
  if (!claim) return unlessClaimable(deps, target)
  await settle(
    deps,
    { ...target, commentNumber: claim.number },
    claim,
    lease,
    commenter.send(publication, wanted),
  )
}

/**
 * Before another try, asks the platform whether the comment exists: someone may have written it by
 * hand, or the database may be a backup from before it was written. If the platform can't tell,
 * only the first try continues.
 */
const isThere = async (
  deps: PublishingDeps,
  target: TargetRow,
  commenter: Commenter,
  publication: Publication,
  wanted: CommentWanted,
): Promise<boolean> => {
  if (target.commentState === null) return false
  const seen = await commenter.find(publication, wanted)
  if (seen.outcome === 'found')
    await settleCommentWritten(deps, target, seen.commentId, seen.proof, undefined)
  return seen.outcome === 'found'
}

const settle = async (
  deps: PublishingDeps,
  target: TargetRow,
  claim: CommentClaim,
  lease: Lease,
  answer: Promise<{ commentId: string }>,
): Promise<void> => {
  try {
    const { commentId } = await answer
    const result = {
      id: claim.attemptId,
      outcome: 'accepted' as const,
      sentAt: lease.leftAt,
      problem: null,
    }
    const proof = `${platformOf(deps, target).label} returned the comment’s ID.`
    await retryWrite(() => settleCommentWritten(deps, target, commentId, proof, result))
  } catch (error) {
    await retryWrite(() => settleThrown(deps, target, claim, lease.leftAt, error))
    const isSettled =
      error instanceof LeaseOver ||
      (error instanceof PlatformError && error.kind === 'unknown_outcome')
    if (!isSettled) throw error
  }
}

/** Without a clear answer, the outcome stays unknown until the platform has been checked. */
const settleThrown = async (
  deps: PublishingDeps,
  target: TargetRow,
  claim: CommentClaim,
  leftAt: Date | null,
  error: unknown,
): Promise<void> => {
  const problem = error instanceof PlatformError ? error.problem : null
  const result = { id: claim.attemptId, sentAt: leftAt, problem }
  const isUnknown = leftAt !== null && (problem === null || problem.kind === 'unknown_outcome')
  if (isUnknown)
    return recordCommentOutcome(deps.sql, claim.attemptId, { ...result, outcome: 'unknown' })
  const isNotSent =
    leftAt === null || (problem?.kind === 'unavailable' && problem.code !== postNotShown)
  const outcome = isNotSent ? 'not_sent' : 'refused'
  const notBefore = new Date(deps.now() + waitMs(claim.number, problem))
  await tx(deps.sql, async (t) => {
    await recordCommentOutcome(t, claim.attemptId, { ...result, outcome })
    await putOffComment(t, target, { notBefore, problem, from: 'sending' })
  })
}

/** A permanent refusal waits for a person. Everything else is retried within the time limit. */
const notWritten = async (
  deps: PublishingDeps,
  seen: TargetRow,
  problem: Problem,
): Promise<void> => {
  const target = await findTarget(deps.sql, seen.id)
  if (!target?.commentOpen || target.commentState === 'sending') return
  const isFinal =
    problem.kind === 'permission' || problem.kind === 'rejected' || problem.code === 'disconnected'
  if (isFinal) return failComment(deps, target, problem)
  const notBefore = new Date(deps.now() + waitMs(target.commentNumber, problem))
  await putOffComment(deps.sql, target, { notBefore, problem, from: 'waiting' })
}

const waitMs = (number: number, problem: Problem | null): number => {
  if (problem?.kind === 'reauthorize') return reconnectLookMs
  const byCount = backoffMs(number, 4_000, reconnectLookMs)
  return problem?.retryAfterMs ?? Math.max(problem?.kind === 'rate_limited' ? 60_000 : 0, byCount)
}

/**
 * There was nothing to claim: if the row has changed, the next round reads it. If not, something
 * else prevents the claim, and it is tried again soon.
 */
const unlessClaimable = async (deps: PublishingDeps, target: TargetRow): Promise<void> => {
  const notBefore = new Date(deps.now() + waitMs(target.commentNumber, null))
  await putOffComment(deps.sql, target, {
    notBefore,
    problem: target.commentProblem,
    from: 'waiting',
  })
}

const ours = (code: string, words: string): Problem => ({
  kind: 'rejected',
  code,
  subcode: null,
  words,
  traceId: null,
  retryAfterMs: null,
})

const tooLate = ours('too_late', 'The comment couldn’t be added within 24 hours of its post.')
const noPost = ours(
  'no_post_id',
  'The platform did not return the ID of the post, so the comment can’t be added.',
)
