import { Context } from '@temporalio/activity'
import type { Claim } from '../../db/posts/attempts.ts'
import { findTarget, type TargetRow } from '../../db/posts/targets.ts'
import type { Account } from '../../platforms/account.ts'
import { PlatformError, type Problem } from '../../platforms/errors.ts'
import type { Publication } from '../../platforms/platform.ts'
import type { TargetRef } from '../../workflows/names.ts'
import { unexplained } from '../channels/account-check.ts'
import { withToken } from '../channels/tokens.ts'
import { withinLimits } from '../limits.ts'
import { jitterMs, notYet, retryWrite } from '../retry.ts'
import { claimAndLeave, watchFlight } from './claims.ts'
import { asks, sendAtMs } from './facts.ts'
import { createLease, type Lease } from './lease.ts'
import { againLater, type PublishingDeps, platformOf, waitForRoom } from './platform-calls.ts'
import { buildPublication, fingerprintOf } from './publication.ts'
import { whenAsked } from './read.ts'
import { settleSend } from './send-answer.ts'
import { settleRefusedAhead, settleWaitingForConnection } from './unsent-outcomes.ts'

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
      withToken(deps, target, (account) => sendOnce(deps, target, account), {
        renewOnReauthorize: true,
        explainRefusals: true,
      }),
    )
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    if (error.kind === 'rate_limited' || error.problem.code === unexplained)
      return waitForRoom(deps, target, error.problem)
    const isFinal =
      error.kind === 'reauthorize' || error.kind === 'permission' || error.kind === 'rejected'
    // The token wasn't available for the moment (its renewal got no answer). Nothing was claimed;
    // the next round tries again.
    if (!isFinal) throw againLater(error, 1)
    await retryWrite(() => refuseOrWait(deps, target, error.problem))
  }
}

const refuseOrWait = async (
  deps: PublishingDeps,
  target: TargetRow,
  problem: Problem,
): Promise<void> => {
  if (problem.kind === 'reauthorize' && (await settleWaitingForConnection(deps, target, problem)))
    return
  await settleRefusedAhead(deps, target, problem)
}

/**
 * One claim and one call. Runs a second time only if the platform rejected the token and it was
 * renewed. That rejection had no effect, and the second call has its own claim and attempt.
 */
const sendOnce = async (
  deps: PublishingDeps,
  armed: TargetRow,
  account: Account,
): Promise<void> => {
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
  await settleSend(
    deps,
    { ...target, attemptNumber: left.claim.number },
    left.claim,
    lease,
    left.answer,
  )
}

type Departing = { claim: Claim; lease: Lease; publication: Publication }

/** Resolves once the call was sent, or couldn't be sent. `answer` is its result. */
const leave = async (
  deps: PublishingDeps,
  target: TargetRow,
  { claim, lease, publication }: Departing,
) => {
  const answer = platformOf(deps, target).publish.send(publication)
  watchFlight(deps.sql, answer)
  await Promise.race([lease.hasLeft, answer.catch(() => undefined)]) // `settle` handles errors
  return { claim, answer }
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
 * Waits until the time. False if the row was changed in the meantime (canceled, moved or edited).
 */
const staysUntil = async (
  deps: PublishingDeps,
  target: TargetRow,
  atMs: number,
): Promise<boolean> => {
  const { cancellationSignal, cancelled } = Context.current()
  for (;;) {
    if (cancellationSignal.aborted) await cancelled
    const why = await deps.changes
      .waitUntil(target.id, atMs, cancellationSignal)
      .catch(() => cancelled)
    if (why === 'time') return true
    const now = await findTarget(deps.sql, target.id)
    if (now?.state !== 'ready' || now.revision !== target.revision) return false
  }
}
