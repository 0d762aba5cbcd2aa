import { Context } from '@temporalio/activity'
import { type Claim, recordOutcome } from '../db/attempts.ts'
import { type AnotherTry, findTarget, type TargetRow } from '../db/targets.ts'
import { PlatformError, type Problem } from '../platforms/errors.ts'
import type { Account, Publication, Sent } from '../platforms/platform.ts'
import { type TargetRef, targetWorkflowId } from '../workflows/names.ts'
import { withToken } from './grants.ts'
import { insist } from './insist.ts'
import { createLease, type Lease, LeaseOver } from './lease.ts'
import { noteLimit, withinLimits } from './limits.ts'
import { jitterMs } from './next-step.ts'
import { buildPublication, fingerprintOf } from './publication.ts'
import { afterCalls, claimAndLeave, watchFlight } from './rush.ts'
import {
  type AttemptResult,
  settleAnotherTry,
  settleFailed,
  settleProcessing,
  settlePublished,
  settleRefusedAhead,
  settleWaitingForConnection,
} from './settling.ts'
import { againLater, notYet, type PublishingDeps, platformOf, takeStep, waitForRoom } from './steps.ts'

/** Token and media are read so long before the instant, at different times for those of one instant: at it, claim and call remain. */
const unsealAheadMs = (targetId: string): number => 1_500 + jitterMs(targetId, 8_500)

export const createSending = (deps: PublishingDeps) => ({
  /** Waits armed for the exact instant, claims, makes the one call, and writes what came of it. Never run twice by Temporal. */
  sendTarget: (ref: TargetRef) => takeStep(deps, ref, 'send', (target) => arm(deps, target)),
})

const arm = async (deps: PublishingDeps, target: TargetRow): Promise<void> => {
  if (!(await staysUntil(deps, target, sendAtMs(target) - unsealAheadMs(target.id)))) return
  try {
    await withinLimits(deps, target.channelId, 'sending', () =>
      withToken(deps, target, (account) => sendOnce(deps, target, account), { renewOnReauthorize: true }),
    )
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    if (error.kind === 'rate_limited') return waitForRoom(deps, target, error.problem)
    // The token could not be had for the moment (its renewal got no answer): nothing was claimed, the next round tries again.
    if (error.kind !== 'reauthorize') throw againLater(error, 1)
    await insist(() => refuseOrWait(deps, target, error.problem))
  }
}

const refuseOrWait = async (deps: PublishingDeps, target: TargetRow, problem: Problem): Promise<void> => {
  if (problem.kind === 'reauthorize' && (await settleWaitingForConnection(deps, target, problem))) return
  await settleRefusedAhead(deps, target, problem)
}

/**
 * One claim and one call. Called again only when the platform refused the token and it was renewed: that refusal had no effect,
 * and the second call has a claim and an attempt of its own.
 */
const sendOnce = async (deps: PublishingDeps, armed: TargetRow, account: Account): Promise<void> => {
  const target = await findTarget(deps.sql, armed.id)
  if (target?.state !== 'ready' || target.revision !== armed.revision) return
  const lease = createLease(deps.now)
  const publication = await buildPublication(deps, target, {
    account,
    attemptNumber: target.attemptNumber + 1,
    holder: { state: 'sending', attemptNumber: target.attemptNumber + 1 },
    signal: new AbortController().signal, // a call that has left is never broken off by us
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

/** Ends when the call has left, or could not leave; `answer` is what becomes of it. */
const leave = async (deps: PublishingDeps, target: TargetRow, { claim, lease, publication }: Departing) => {
  const answer = platformOf(deps, target).publish.send(publication)
  watchFlight(deps.sql, answer)
  await Promise.race([lease.hasLeft, answer.catch(() => undefined)]) // `settle` looks at what went wrong
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
    await insist(() => afterCalls(deps.sql, () => settleSent(deps, target, claim, lease.leftAt, sent)))
  } catch (error) {
    await insist(() => afterCalls(deps.sql, () => settleThrown(deps, target, claim, lease.leftAt, error)))
    await noteLimit(deps, target.channelId, error)
    if (!isSettled(error)) throw error
  } finally {
    if (lease.leftAt) tellDeparture(deps, target, lease.leftAt.getTime() - sendAtMs(target))
  }
}

const tellDeparture = (deps: PublishingDeps, target: TargetRow, lateMs: number): void => {
  deps.meters?.sent(target, lateMs)
  deps.log.info({ workflow: targetWorkflowId(target.id), attempt: target.attemptNumber, lateMs }, 'the call left')
}

/** The row changed: the next round reads it. It did not: something else forbids the claim, and the next round must not follow at once. */
const unlessClaimable = async (deps: PublishingDeps, target: TargetRow): Promise<void> => {
  const now = await findTarget(deps.sql, target.id)
  if (now?.state === 'ready' && now.revision === target.revision) throw notYet(0)
}

/** All that is to be done about it is in the row; only a refused token goes on to whoever can renew it. */
const isSettled = (error: unknown): boolean =>
  error instanceof LeaseOver || (error instanceof PlatformError && error.kind !== 'reauthorize')

const sendAtMs = (target: TargetRow): number => Math.max(target.dueAt.getTime(), target.notBefore?.getTime() ?? 0)

/** Waits until the instant. False when the row was changed meanwhile: canceled, moved, edited. */
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
  switch (error.kind) {
    case 'unknown_outcome':
      return recordOutcome(deps.sql, claim.attemptId, { ...attempt, outcome: 'unknown' })
    case 'unavailable':
      return settleAnotherTry(deps, target, waitAfter(deps, claim, error), { ...attempt, outcome: 'not_sent' })
    case 'rate_limited':
      return settleAnotherTry(deps, target, waitAfter(deps, claim, error), { ...attempt, outcome: 'refused' })
    case 'reauthorize':
      return settleAnotherTry(
        deps,
        target,
        { from: 'ready', words: error.problem.words, notBefore: null },
        { ...attempt, outcome: 'refused' },
      )
    case 'permission':
    case 'rejected':
      return settleFailed(deps, target, error.problem, { ...attempt, outcome: 'refused' })
  }
}

/**
 * As long as the platform says, else longer with every attempt: 4 s, 8 s … 5 minutes. What was prepared is looked at once more
 * first: it may be what did not hold (an upload that expired, a container that was not ready after all).
 */
const waitAfter = (deps: PublishingDeps, claim: Claim, error: unknown): AnotherTry => {
  const problem = error instanceof PlatformError ? error.problem : null
  const byCount = Math.min(300_000, 2_000 * 2 ** Math.min(claim.number, 8))
  const waitMs = problem?.retryAfterMs ?? Math.max(problem?.kind === 'rate_limited' ? 60_000 : 0, byCount)
  const words = `${problem ? `${problem.words} ` : ''}Nothing was sent; it is tried again by itself.`
  return { from: 'preparing', words, notBefore: new Date(deps.now() + waitMs) }
}
