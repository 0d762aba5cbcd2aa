import { Context } from '@temporalio/activity'
import { notify } from '../../db/notifications/notifications.ts'
import { tx } from '../../db/postgres/connect.ts'
import {
  claimDeletion,
  endDeletion,
  putOffDeletion,
  recordDeletionAnswer,
  recordDeletionLook,
} from '../../db/posts/deletions.ts'
import { findTarget, type TargetRow } from '../../db/posts/targets.ts'
import type { Account } from '../../platforms/account.ts'
import { PlatformError, type Problem } from '../../platforms/errors.ts'
import type { Remover } from '../../platforms/remover.ts'
import type { TargetRef } from '../../workflows/names.ts'
import { withToken } from '../channels/tokens.ts'
import { withinLimits } from '../limits.ts'
import { backoffMs, notYet, retryWrite } from '../retry.ts'
import { asks } from './facts.ts'
import { createLease, LeaseOver, leaseMs } from './lease.ts'
import { recordTargetEvent } from './outcomes.ts'
import { againLater, type PublishingDeps, platformOf } from './platform-calls.ts'
import { whenAsked } from './read.ts'
import { windowsOf } from './windows.ts'

/** So long after a person asked, it isn't sent any more. */
const windowMs = 24 * 3_600_000
const waitMs = 60_000
const fewestLooks = 3

/**
 * Deletes a published post at its platform, if a person asked for it: one call, and then looks
 * until the post is seen to be gone. The call's own answer is never enough.
 */
export const createDeleting = (deps: PublishingDeps) => ({
  /** Claims, makes the one call, and records the answer. Temporal never runs it twice. */
  deleteThere: (ref: TargetRef) =>
    whenAsked(deps, ref, asks.toDelete, (target) => deleteOnce(deps, target)),
  /** Looks whether the post is gone. Read-only; repeats until it is certain. */
  lookIfGone: (ref: TargetRef) =>
    whenAsked(deps, ref, asks.toLookIfGone, (target) => look(deps, target)),
})

const deleteOnce = async (deps: PublishingDeps, target: TargetRow): Promise<void> => {
  const askedAt = target.deletionAskedAt?.getTime() ?? 0
  if (deps.now() - askedAt > windowMs)
    return end(deps, target, 'failed', target.deletionProblem ?? tooLate)
  try {
    await withinLimits(deps, target.channelId, 'sending', () =>
      withToken(deps, target, (account) => call(deps, target, account)),
    )
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const { problem } = error
    const now = await findTarget(deps.sql, target.id)
    // Once it is claimed, only a look decides.
    if (now?.deletionState !== 'asked' || now.deletionNumber !== target.deletionNumber) return
    if (problem.kind === 'rate_limited' || problem.kind === 'unavailable')
      return putOff(deps, target, problem)
    await end(deps, target, 'failed', problem)
  }
}

const call = async (deps: PublishingDeps, target: TargetRow, account: Account): Promise<void> => {
  const lease = createLease(deps.now)
  const ref = { ...target, platformPostId: target.platformPostId ?? '' }
  if (!(await claimDeletion(deps.sql, target, lease.begin))) return
  const { label } = platformOf(deps, target)
  const told = (answer: string, problem: Problem | null) =>
    retryWrite(() =>
      recordDeletionAnswer(deps.sql, target, { sentAt: lease.leftAt, answer, problem }),
    )
  try {
    await removerOf(deps, target).send({
      ...{ account, platformPostId: ref.platformPostId, leaving: lease.leaving },
      signal: new AbortController().signal, // we never abort a call that has been sent
    })
    await told(`${label} accepted it.`, null)
  } catch (error) {
    if (error instanceof LeaseOver) return putOff(deps, target, null)
    if (!(error instanceof PlatformError)) throw error
    if (lease.leftAt === null) return putOff(deps, target, error.problem)
    const { problem } = error
    if (problem.kind === 'rate_limited') {
      await retryWrite(() => putOff(deps, target, problem))
      throw error // so that the limit is kept for all later calls
    }
    const isUnknown = problem.kind === 'unknown_outcome' || problem.kind === 'unavailable'
    await told(isUnknown ? `${label} didn’t answer clearly.` : `${label} refused it.`, problem)
  }
}

const putOff = (
  deps: PublishingDeps,
  target: TargetRow,
  problem: Problem | null,
): Promise<void> => {
  const notBefore = new Date(deps.now() + (problem?.retryAfterMs ?? waitMs))
  return putOffDeletion(deps.sql, target, { notBefore, problem })
}

const look = async (deps: PublishingDeps, target: TargetRow): Promise<void> => {
  const seen = await seeAtPlatform(deps, target)
  const { label } = platformOf(deps, target)
  if (seen === 'unclear') return end(deps, target, 'unconfirmed', target.deletionProblem)
  const proof = seen === 'gone' ? `${label} no longer shows it.` : `${label} still shows it.`
  const looks = await recordDeletionLook(deps.sql, target, proof)
  if (seen === 'gone') return end(deps, target, 'deleted', null)
  const isRefused = target.deletionProblem !== null && target.deletionAnswer !== null
  const isFinal = isRefused && target.deletionProblem?.kind !== 'unknown_outcome'
  const isSettled =
    looks >= fewestLooks && deps.now() > lastPossibleEffectMs(deps, target) + windowsOf(deps).lagMs
  if (!isFinal && !isSettled) throw notYet(backoffMs(looks - 1, 2_000, 60_000))
  await end(deps, target, 'failed', target.deletionProblem ?? stillThere(label))
}

const seeAtPlatform = async (
  deps: PublishingDeps,
  target: TargetRow,
): Promise<'gone' | 'shown' | 'unclear'> => {
  try {
    return await withinLimits(deps, target.channelId, 'asking', () =>
      withToken(
        deps,
        target,
        (account) =>
          removerOf(deps, target).look({
            ...{ account, platformPostId: target.platformPostId ?? '' },
            signal: Context.current().cancellationSignal,
          }),
        { renewOnReauthorize: true },
      ),
    )
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const { unclearMs, limitedMs } = windowsOf(deps)
    const forMs = error.kind === 'rate_limited' ? limitedMs : unclearMs
    if (deps.now() > lastPossibleEffectMs(deps, target) + forMs) return 'unclear'
    throw againLater(error, Context.current().info.attempt)
  }
}

/** When the call can last have taken effect. If its worker died: after the longest possible call. */
const lastPossibleEffectMs = (deps: PublishingDeps, target: TargetRow): number =>
  (target.deletionClaimedAt?.getTime() ?? 0) +
  (target.deletionAnswer ? 0 : leaseMs + windowsOf(deps).longestCallMs)

// promise: U4
/** Ends it, and tells the admins and the post's author if the post is still there or may be. */
const end = async (
  deps: PublishingDeps,
  target: TargetRow,
  state: 'deleted' | 'failed' | 'unconfirmed',
  problem: Problem | null,
): Promise<void> => {
  await retryWrite(() =>
    tx(deps.sql, async (t) => {
      const at = new Date(deps.now())
      if (!(await endDeletion(t, target, { state, at, problem }))) return
      await recordTargetEvent(t, target, `deletion.${state}`, problem ?? undefined)
      if (state === 'deleted') return
      await notify(t, {
        workspaceId: target.workspaceId,
        kind: state,
        cause: `deletion:${target.id}:${target.deletionNumber}`,
        targetId: target.id,
        facts: { deletion: state },
        to: 'both',
      })
    }),
  )
}

const removerOf = (deps: PublishingDeps, target: TargetRow): Remover => {
  const { remove } = platformOf(deps, target)
  if (!remove) throw new Error(`${target.platform} deletes no posts`)
  return remove
}

const ours = (code: string, words: string): Problem => ({
  ...{ kind: 'rejected' as const, code, words },
  ...{ subcode: null, traceId: null, retryAfterMs: null },
})
const tooLate = ours('too_late', 'It could not be sent within 24 hours.')
const stillThere = (label: string): Problem =>
  ours('still_there', `${label} accepted it, but still shows the post.`)
