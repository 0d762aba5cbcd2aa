import { type Claim, recordOutcome } from '../../db/posts/attempts.ts'
import type { AnotherTry } from '../../db/posts/target-progress.ts'
import type { TargetRow } from '../../db/posts/targets.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { Sent } from '../../platforms/platform.ts'
import { targetWorkflowId } from '../../workflows/names.ts'
import { issuerOf } from '../channels/losing.ts'
import { noteLimit } from '../limits.ts'
import { backoffMs, retryWrite } from '../retry.ts'
import { afterCalls } from './claims.ts'
import { sendAtMs } from './facts.ts'
import { type Lease, LeaseOver } from './lease.ts'
import {
  type AttemptResult,
  settleAnotherTry,
  settleFailed,
  settleProcessing,
  settlePublished,
} from './outcomes.ts'
import { type PublishingDeps, platformOf } from './platform-calls.ts'

export const settleSend = async (
  deps: PublishingDeps,
  target: TargetRow,
  claim: Claim,
  lease: Lease,
  answer: Promise<Sent>,
): Promise<void> => {
  try {
    const sent = await answer
    await retryWrite(() =>
      afterCalls(deps.sql, () => settleSent(deps, target, claim, lease.leftAt, sent)),
    )
  } catch (error) {
    await retryWrite(() =>
      afterCalls(deps.sql, () => settleThrown(deps, target, claim, lease.leftAt, error)),
    )
    await noteLimit(deps, target.channelId, error, 'sending')
    if (!isSettled(deps, target, error)) throw error
  } finally {
    if (lease.leftAt) reportDeparture(deps, target, lease.leftAt.getTime() - sendAtMs(target))
  }
}

const reportDeparture = (deps: PublishingDeps, target: TargetRow, lateMs: number): void => {
  deps.meters?.sent(target, lateMs)
  deps.log.info(
    { workflow: targetWorkflowId(target.id), attempt: target.attemptNumber, lateMs },
    'the call left',
  )
}

/**
 * Whether the row already says what to do next. A refusal that may mean a lost account is thrown
 * instead, so that the account is checked.
 */
const isSettled = (deps: PublishingDeps, target: TargetRow, error: unknown): boolean =>
  error instanceof LeaseOver || (error instanceof PlatformError && !mayBeLost(deps, target, error))

/**
 * Whether the refusal says that nothing was sent, and may mean that the account or its token is no
 * longer valid.
 */
const mayBeLost = (
  deps: PublishingDeps,
  target: TargetRow,
  { kind, problem }: PlatformError,
): boolean =>
  kind === 'reauthorize' || issuerOf(deps, platformOf(deps, target)).doubtsAccess(problem)

const settleSent = (
  deps: PublishingDeps,
  target: TargetRow,
  claim: Claim,
  leftAt: Date | null,
  sent: Sent,
): Promise<void> => {
  const attempt: AttemptResult = {
    id: claim.attemptId,
    outcome: 'accepted',
    sentAt: leftAt,
    problem: null,
  }
  return sent.state === 'published'
    ? settlePublished(deps, target, sent, attempt)
    : settleProcessing(deps, target, sent.waitingFor, attempt)
}

const settleThrown = (
  deps: PublishingDeps,
  target: TargetRow,
  claim: Claim,
  leftAt: Date | null,
  error: unknown,
): Promise<void> => {
  const attempt = {
    id: claim.attemptId,
    sentAt: leftAt,
    problem: error instanceof PlatformError ? error.problem : null,
  }
  if (!leftAt)
    return settleAnotherTry(deps, target, waitAfter(deps, claim, error), {
      ...attempt,
      outcome: 'not_sent',
    })
  if (!(error instanceof PlatformError))
    return recordOutcome(deps.sql, claim.attemptId, { ...attempt, outcome: 'unknown' })
  if (mayBeLost(deps, target, error)) {
    const again: AnotherTry = { from: 'ready', words: error.problem.words, notBefore: null }
    return settleAnotherTry(deps, target, again, { ...attempt, outcome: 'refused' })
  }
  switch (error.kind) {
    case 'unknown_outcome':
      return recordOutcome(deps.sql, claim.attemptId, { ...attempt, outcome: 'unknown' })
    case 'unavailable':
      return settleAnotherTry(deps, target, waitAfter(deps, claim, error), {
        ...attempt,
        outcome: 'not_sent',
      })
    case 'rate_limited':
      return settleAnotherTry(deps, target, waitAfter(deps, claim, error), {
        ...attempt,
        outcome: 'refused',
      })
    case 'reauthorize':
    case 'permission':
    case 'rejected':
      return settleFailed(deps, target, error.problem, { ...attempt, outcome: 'refused' })
  }
}

/**
 * How long the platform asked us to wait, otherwise longer with each attempt: 4 s, 8 s … 5 minutes.
 * The preparation is checked again first, because it may be the cause (an expired upload, a
 * container that wasn't ready).
 */
const waitAfter = (deps: PublishingDeps, claim: Claim, error: unknown): AnotherTry => {
  const problem = error instanceof PlatformError ? error.problem : null
  const byCount = backoffMs(claim.number, 2_000, 300_000)
  const waitMs =
    problem?.retryAfterMs ?? Math.max(problem?.kind === 'rate_limited' ? 60_000 : 0, byCount)
  const words = `${problem ? `${problem.words} ` : ''}Nothing was sent yet. We’ll try again.`
  return { from: 'preparing', words, notBefore: new Date(deps.now() + waitMs) }
}
