import { createHash } from 'node:crypto'
import { Context } from '@temporalio/activity'
import { recordEvent } from '../../db/notifications/events.ts'
import { notify } from '../../db/notifications/notifications.ts'
import { type Db, tx } from '../../db/postgres/connect.ts'
import {
  type CommentAttempt,
  type CommentClaim,
  claimComment,
  findLatestCommentAttempt,
  markCommented,
  markCommentFailed,
  markCommentUnconfirmed,
  putOffComment,
  recordCommentLook,
  recordCommentOutcome,
} from '../../db/posts/comments.ts'
import { findTarget, type TargetRow } from '../../db/posts/targets.ts'
import type { Account } from '../../platforms/account.ts'
import { PlatformError, type Problem } from '../../platforms/errors.ts'
import { firstCommentOf, postNotShown } from '../../platforms/first-comment.ts'
import type { Commenter, CommentLook, CommentWanted, Publication } from '../../platforms/platform.ts'
import type { TargetRef } from '../../workflows/names.ts'
import { withToken } from '../channels/tokens.ts'
import { withinLimits } from '../limits.ts'
import { backoffMs, notYet, retryWrite } from '../retry.ts'
import { asks } from './facts.ts'
import { createLease, type Lease, LeaseOver, leaseMs } from './lease.ts'
import { againLater, type PublishingDeps, platformOf, withPublication } from './platform-calls.ts'
import { buildPublication } from './publication.ts'
import { whenAsked } from './read.ts'
import { windowsOf } from './windows.ts'

/** After this time, a first comment is too late and a person decides. */
const windowMs = 24 * 3_600_000
/** How often to check if a lost connection is back; only the row shows that. */
const reconnectLookMs = 15 * 60_000
const fewestLooks = 3

/**
 * The first comment: a step after publishing, with its own claim and outcome. The post never
 * changes.
 */
export const createCommenting = (deps: PublishingDeps) => ({
  /** Claims, makes the one call, and records the result. Temporal never runs it twice. */
  writeComment: (ref: TargetRef) => whenAsked(deps, ref, asks.toComment, (target) => write(deps, target)),
  /**
   * Finds out if a comment with an unknown outcome exists. Read-only; repeats until it is certain.
   */
  findComment: (ref: TargetRef) => whenAsked(deps, ref, asks.toFindComment, (target) => look(deps, target)),
})

const write = async (deps: PublishingDeps, target: TargetRow): Promise<void> => {
  const since = target.commentSince ?? target.stateAt
  if (deps.now() - since.getTime() > windowMs) return fail(deps, target, target.commentProblem ?? tooLate)
  if (!target.platformPostId) return fail(deps, target, noPost)
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
const writeOnce = async (deps: PublishingDeps, seen: TargetRow, account: Account): Promise<void> => {
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
  const wish = { ...target, fingerprint: fingerprintOf(target, wanted), now: new Date(deps.now()) }
  const claim = await claimComment(deps.sql, wish, lease.begin)
  if (!claim) return unlessClaimable(deps, target)
  await settle(deps, { ...target, commentNumber: claim.number }, claim, lease, commenter.send(publication, wanted))
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
  if (seen.outcome === 'found') await settleWritten(deps, target, seen.commentId, seen.proof, undefined)
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
    const result = { id: claim.attemptId, outcome: 'accepted' as const, sentAt: lease.leftAt, problem: null }
    const proof = `${platformOf(deps, target).label} answered with the id of the comment.`
    await retryWrite(() => settleWritten(deps, target, commentId, proof, result))
  } catch (error) {
    await retryWrite(() => settleThrown(deps, target, claim, lease.leftAt, error))
    const isSettled = error instanceof LeaseOver || (error instanceof PlatformError && error.kind === 'unknown_outcome')
    if (!isSettled) throw error
  }
}

type Result = Pick<CommentAttempt, 'id' | 'outcome' | 'sentAt' | 'problem'>

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
  if (isUnknown) return recordCommentOutcome(deps.sql, claim.attemptId, { ...result, outcome: 'unknown' })
  const isNotSent = leftAt === null || (problem?.kind === 'unavailable' && problem.code !== postNotShown)
  const outcome = isNotSent ? 'not_sent' : 'refused'
  const notBefore = new Date(deps.now() + waitMs(claim.number, problem))
  await tx(deps.sql, async (t) => {
    await recordCommentOutcome(t, claim.attemptId, { ...result, outcome })
    await putOffComment(t, target, { notBefore, problem, from: 'sending' })
  })
}

/** A permanent refusal waits for a person. Everything else is retried within the time limit. */
const notWritten = async (deps: PublishingDeps, seen: TargetRow, problem: Problem): Promise<void> => {
  const target = await findTarget(deps.sql, seen.id)
  if (!target?.commentOpen || target.commentState === 'sending') return
  const isFinal = problem.kind === 'permission' || problem.kind === 'rejected' || problem.code === 'disconnected'
  if (isFinal) return fail(deps, target, problem)
  const notBefore = new Date(deps.now() + waitMs(target.commentNumber, problem))
  await putOffComment(deps.sql, target, { notBefore, problem, from: 'waiting' })
}

const waitMs = (number: number, problem: Problem | null): number => {
  if (problem?.kind === 'reauthorize') return reconnectLookMs
  const byCount = backoffMs(number, 4_000, reconnectLookMs)
  return problem?.retryAfterMs ?? Math.max(problem?.kind === 'rate_limited' ? 60_000 : 0, byCount)
}

const look = async (deps: PublishingDeps, target: TargetRow): Promise<void> => {
  const attempt = await findLatestCommentAttempt(deps.sql, target.id)
  if (!attempt || !target.platformPostId) throw new Error('a first comment is being written without an attempt or a post')
  const wanted = wantedOf(target, target.platformPostId)
  const seen = await seeAtPlatform(deps, target, attempt, wanted)
  const looks = await recordCommentLook(deps.sql, attempt.id, seen.proof)
  const result = { id: attempt.id, sentAt: attempt.sentAt, problem: null }
  switch (seen.outcome) {
    case 'found':
      return settleWritten(deps, target, seen.commentId, seen.proof, { ...result, outcome: 'found' })
    case 'absent':
      if (looks < fewestLooks || deps.now() < lastPossibleEffectMs(deps, attempt) + windowsOf(deps).lagMs)
        throw notYet(backoffMs(looks - 1, 4_000, 60_000))
      return void (await tx(deps.sql, async (t) => {
        await recordCommentOutcome(t, attempt.id, { ...result, outcome: 'absent' })
        await putOffComment(t, target, { notBefore: restAfter(attempt), problem: attempt.problem, from: 'sending' })
      }))
    case 'unclear':
      return settleUnconfirmed(deps, target, seen.proof)
  }
}

const seeAtPlatform = async (
  deps: PublishingDeps,
  target: TargetRow,
  attempt: CommentAttempt,
  wanted: CommentWanted,
): Promise<CommentLook | { outcome: 'unclear'; proof: string }> => {
  try {
    return await withPublication(deps, target, target.attemptNumber, 'asking', (_platform, publication) =>
      commenterOf(deps, target).find(publication, wanted),
    )
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const { unclearMs, limitedMs } = windowsOf(deps)
    const waitsMs = error.kind === 'rate_limited' ? limitedMs : unclearMs
    if (deps.now() > lastPossibleEffectMs(deps, attempt) + waitsMs) return { outcome: 'unclear', proof: error.problem.words }
    throw againLater(error, Context.current().info.attempt)
  }
}

const settleWritten = async (
  deps: PublishingDeps,
  target: TargetRow,
  commentId: string,
  proof: string,
  result: Result | undefined,
): Promise<void> => {
  await tx(deps.sql, async (t) => {
    if (result) await recordCommentOutcome(t, result.id, result)
    const at = result?.sentAt ?? new Date(deps.now())
    if (await markCommented(t, target, { commentId, proof, at })) await note(t, target, 'comment.published')
  })
}

const fail = async (deps: PublishingDeps, target: TargetRow, problem: Problem): Promise<void> => {
  await tx(deps.sql, async (t) => {
    if (await markCommentFailed(t, target, problem)) await recordAndNotify(t, target, 'failed', problem)
  })
}

const settleUnconfirmed = async (deps: PublishingDeps, target: TargetRow, proof: string): Promise<void> => {
  await tx(deps.sql, async (t) => {
    if (await markCommentUnconfirmed(t, target, proof)) await recordAndNotify(t, target, 'unconfirmed')
  })
}

const note = (t: Db, target: TargetRow, name: string, problem?: Problem): Promise<string> =>
  recordEvent(t, {
    name,
    workspaceId: target.workspaceId,
    userId: null,
    subjectId: target.id,
    facts: { platform: target.platform, ...(problem ? { kind: problem.kind, code: problem.code } : {}) },
  })

// promise: U4
const recordAndNotify = async (t: Db, target: TargetRow, outcome: 'failed' | 'unconfirmed', problem?: Problem): Promise<void> => {
  const eventId = await note(t, target, `comment.${outcome}`, problem)
  await notify(t, {
    workspaceId: target.workspaceId,
    kind: 'comment',
    cause: `comment:${target.id}:${eventId}`,
    targetId: target.id,
    facts: { outcome },
    to: 'both',
  })
}

/**
 * There was nothing to claim: if the row has changed, the next round reads it. If not, something
 * else prevents the claim, and it is tried again soon.
 */
const unlessClaimable = async (deps: PublishingDeps, target: TargetRow): Promise<void> => {
  const notBefore = new Date(deps.now() + waitMs(target.commentNumber, null))
  await putOffComment(deps.sql, target, { notBefore, problem: target.commentProblem, from: 'waiting' })
}

const wantedOf = (target: TargetRow, platformPostId: string): CommentWanted => ({
  text: firstCommentOf(target.settings),
  platformPostId,
  number: target.commentNumber,
  sinceMs: (target.sentAt ?? target.publishedAt ?? target.stateAt).getTime(),
})

const fingerprintOf = (target: TargetRow, { text, platformPostId }: CommentWanted): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([target.channelId, platformPostId, text]))
    .digest()

const commenterOf = (deps: PublishingDeps, target: TargetRow): Commenter => {
  const { comment } = platformOf(deps, target).publish
  if (!comment) throw new Error(`${target.platform} takes no first comments`)
  return comment
}

/**
 * When the call can last have taken effect. If its worker died: after the longest possible call.
 */
const lastPossibleEffectMs = (deps: PublishingDeps, attempt: CommentAttempt): number =>
  attempt.endedAt ? attempt.endedAt.getTime() : attempt.claimedAt.getTime() + leaseMs + windowsOf(deps).longestCallMs

/** Even an answer that left the outcome open may have asked us to wait. */
const restAfter = ({ problem, endedAt }: CommentAttempt): Date | null =>
  problem?.retryAfterMs && endedAt ? new Date(endedAt.getTime() + problem.retryAfterMs) : null

const ours = (code: string, words: string): Problem => ({
  kind: 'rejected',
  code,
  subcode: null,
  words,
  traceId: null,
  retryAfterMs: null,
})
const tooLate = ours('too_late', 'The comment could not be posted within 24 hours of its post.')
const noPost = ours('no_post_id', 'The platform did not return the ID of the post, so the comment can’t be added.')
