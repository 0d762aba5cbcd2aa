import { Context } from '@temporalio/activity'
import { type Claim, recordOutcome } from '../../db/posts/attempts.ts'
import type { AnotherTry } from '../../db/posts/target-progress.ts'
import { findTarget, type TargetRow } from '../../db/posts/targets.ts'
import type { Account } from '../../platforms/account.ts'
import { PlatformError, type Problem } from '../../platforms/errors.ts'
import type { Publication, Sent } from '../../platforms/platform.ts'
import { type TargetRef, targetWorkflowId } from '../../workflows/names.ts'
import { unexplained } from '../channels/account-check.ts'
import { issuerOf } from '../channels/losing.ts'
import { withToken } from '../channels/tokens.ts'
import { noteLimit, withinLimits } from '../limits.ts'
import { backoffMs, jitterMs, notYet, retryWrite } from '../retry.ts'
import { afterCalls, claimAndLeave, watchFlight } from './claims.ts'
import { asks, sendAtMs } from './facts.ts'
import { createLease, type Lease, LeaseOver } from './lease.ts'
import {
  type AttemptResult,
  settleAnotherTry,
  settleFailed,
  settleProcessing,
  settlePublished,
  settleRefusedAhead,
  settleWaitingForConnection,
} from './outcomes.ts'
import { againLater, type PublishingDeps, platformOf, waitForRoom } from './platform-calls.ts'
import { buildPublication, fingerprintOf } from './publication.ts'
import { whenAsked } from './read.ts'

/**
 * How long before the send time the token and media are read, spread for targets of the same time.
 * At the send time, only the claim and the call remain.
 */
const unsealAheadMs = (targetId: string): number => 1_500 + jitterMs(targetId, 8_500)

export const createSending = (deps: PublishingDeps) => ({
  /**
   * Waits armed for the exact time, claims, makes the one call and records the result. Temporal
   * never runs it twice.
   */
  sendTarget: (ref: TargetRef) => whenAsked(deps, ref, asks.toSend, (target) => arm(deps, target)),
})

const arm = async (deps: PublishingDeps, target: TargetRow): Promise<void> => {
  if (!(await staysUntil(deps, target, sendAtMs(target) - unsealAheadMs(target.id)))) return
  try {
    await withinLimits(deps, target.channelId, 'sending', () =>
      withToken(deps, target, (account) => sendOnce(deps, target, account), { renewOnReauthorize: true, explainRefusals: true }),
    )
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    if (error.kind === 'rate_limited' || error.problem.code === unexplained) return waitForRoom(deps, target, error.problem)
    const isFinal = error.kind === 'reauthorize' || error.kind === 'permission' || error.kind === 'rejected'
    // The token wasn't available for the moment (its renewal got no answer). Nothing was claimed;
    // the next round tries again.
    if (!isFinal) throw againLater(error, 1)
    await retryWrite(() => refuseOrWait(deps, target, error.problem))
  }
}

const refuseOrWait = async (deps: PublishingDeps, target: TargetRow, problem: Problem): Promise<void> => {
  if (problem.kind === 'reauthorize' && (await settleWaitingForConnection(deps, target, problem))) return
  await settleRefusedAhead(deps, target, problem)
}

/**
 * One claim and one call. Runs a second time only if the platform rejected the token and it was
 * renewed. That rejection had no effect, and the second call has its own claim and attempt.
 */
const sendOnce = async (deps: PublishingDeps, armed: TargetRow, account: Account): Promise<void> => {
  const target = await findTarget(deps.sql, armed.id)
  if (target?.state !== 'ready' || target.revision !== armed.revision) return
  const lease = createLease(deps.now)
  const publication = await buildPublication(deps, target, {
    account,
    attemptNumber: target.attemptNumber + 1,
    holder: { state: 'sending', attemptNumber: target.attemptNumber + 1 },
    signal: new AbortController().signal, // we never abort a call that has been sent
    leaving: lease.leaving,
  })
  const fingerprint = await fingerprintOf(deps.sql, target)
  if (!(await staysUntil(deps, target, sendAtMs(target)))) return

  const wish = { ...target, fingerprint, now: new Date(deps.now()) }
  const left = await claimAndLeave(
    deps.sql,
    wish,
    lease.begin,
    async (claim) => claim && leave(deps, target, { claim, lease, publication }),
  )
  if (!left) return unlessClaimable(deps, target)
  await settle(deps, { ...target, attemptNumber: left.claim.number }, left.claim, lease, left.answer)
}

type Departing = { claim: Claim; lease: Lease; publication: Publication }

/** Resolves once the call was sent, or couldn't be sent. `answer` is its result. */
const leave = async (deps: PublishingDeps, target: TargetRow, { claim, lease, publication }: Departing) => {
  const answer = platformOf(deps, target).publish.send(publication)
  watchFlight(deps.sql, answer)
  await Promise.race([lease.hasLeft, answer.catch(() => undefined)]) // `settle` handles errors
  return { claim, answer }
}

const settle = async (
  deps: PublishingDeps,
  target: TargetRow,
  claim: Claim,
  lease: Lease,
  answer: Promise<Sent>,
): Promise<void> => {
  try {
    const sent = await answer
    await retryWrite(() => afterCalls(deps.sql, () => settleSent(deps, target, claim, lease.leftAt, sent)))
  } catch (error) {
    await retryWrite(() => afterCalls(deps.sql, () => settleThrown(deps, target, claim, lease.leftAt, error)))
    await noteLimit(deps, target.channelId, error, 'sending')
    if (!isSettled(deps, target, error)) throw error
  } finally {
    if (lease.leftAt) reportDeparture(deps, target, lease.leftAt.getTime() - sendAtMs(target))
  }
}

const reportDeparture = (deps: PublishingDeps, target: TargetRow, lateMs: number): void => {
  deps.meters?.sent(target, lateMs)
  deps.log.info({ workflow: targetWorkflowId(target.id), attempt: target.attemptNumber, lateMs }, 'the call left')
}

/**
 * There was nothing to claim: if the row has changed, the next round reads it. If not, something
 * else prevents the claim, and the next round must wait a moment.
 */
const unlessClaimable = async (deps: PublishingDeps, target: TargetRow): Promise<void> => {
  const now = await findTarget(deps.sql, target.id)
  if (now?.state === 'ready' && now.revision === target.revision) throw notYet(0)
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
const mayBeLost = (deps: PublishingDeps, target: TargetRow, { kind, problem }: PlatformError): boolean =>
  kind === 'reauthorize' || issuerOf(deps, platformOf(deps, target)).doubtsAccess(problem)

/**
 * Waits until the time. False if the row was changed in the meantime (canceled, moved or edited).
 */
const staysUntil = async (deps: PublishingDeps, target: TargetRow, atMs: number): Promise<boolean> => {
  const { cancellationSignal, cancelled } = Context.current()
  for (;;) {
    if (cancellationSignal.aborted) await cancelled
    const why = await deps.changes.waitUntil(target.id, atMs, cancellationSignal).catch(() => cancelled)
    if (why === 'time') return true
    const now = await findTarget(deps.sql, target.id)
    if (now?.state !== 'ready' || now.revision !== target.revision) return false
  }
}

const settleSent = (deps: PublishingDeps, target: TargetRow, claim: Claim, leftAt: Date | null, sent: Sent): Promise<void> => {
  const attempt: AttemptResult = { id: claim.attemptId, outcome: 'accepted', sentAt: leftAt, problem: null }
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
  const attempt = { id: claim.attemptId, sentAt: leftAt, problem: error instanceof PlatformError ? error.problem : null }
  if (!leftAt) return settleAnotherTry(deps, target, waitAfter(deps, claim, error), { ...attempt, outcome: 'not_sent' })
  if (!(error instanceof PlatformError)) return recordOutcome(deps.sql, claim.attemptId, { ...attempt, outcome: 'unknown' })
  if (mayBeLost(deps, target, error)) {
    const again: AnotherTry = { from: 'ready', words: error.problem.words, notBefore: null }
    return settleAnotherTry(deps, target, again, { ...attempt, outcome: 'refused' })
  }
  switch (error.kind) {
    case 'unknown_outcome':
      return recordOutcome(deps.sql, claim.attemptId, { ...attempt, outcome: 'unknown' })
    case 'unavailable':
      return settleAnotherTry(deps, target, waitAfter(deps, claim, error), { ...attempt, outcome: 'not_sent' })
    case 'rate_limited':
      return settleAnotherTry(deps, target, waitAfter(deps, claim, error), { ...attempt, outcome: 'refused' })
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
  const waitMs = problem?.retryAfterMs ?? Math.max(problem?.kind === 'rate_limited' ? 60_000 : 0, byCount)
  const words = `${problem ? `${problem.words} ` : ''}Nothing was sent yet. We’ll try again.`
  return { from: 'preparing', words, notBefore: new Date(deps.now() + waitMs) }
}
