import { forgetAccountFacts } from '../../db/channels/account-facts.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { notify } from '../../db/notifications/notifications.ts'
import { type Db, type Sql, tx } from '../../db/postgres/connect.ts'
import { type AttemptOutcome, recordOutcome } from '../../db/posts/attempts.ts'
import {
  type AnotherTry,
  allowAnotherTry,
  markFailed,
  markInInbox,
  markProcessing,
  markPublished,
  markUnconfirmed,
} from '../../db/posts/target-progress.ts'
import { isBoundAlready, type TargetRow } from '../../db/posts/targets.ts'
import type { Problem } from '../../platforms/errors.ts'
import type { Meters } from '../meters.ts'
import { backoffMs } from '../retry.ts'

/**
 * The final states of a target. Each is written in one transaction with the attempt and an event.
 */

export type Deps = { sql: Sql; meters?: Meters | undefined }

/** The attempt whose call led here. Its outcome is written in the same transaction. */
export type AttemptResult = {
  id: string
  outcome: AttemptOutcome
  sentAt: Date | null
  problem: Problem | null
}

export const settlePublished = async (
  deps: Deps,
  target: TargetRow,
  outcome: { platformPostId: string | null; confirmedBy: string },
  attempt?: AttemptResult,
): Promise<void> => {
  try {
    const isOut = await tx(deps.sql, async (t) => {
      if (attempt) await recordOutcome(t, attempt.id, attempt)
      const marked = await markPublished(t, target, outcome)
      if (marked) await recordTargetEvent(t, target, 'target.published')
      return marked
    })
    if (isOut) deps.meters?.ended(target, 'published')
  } catch (error) {
    if (!isBoundAlready(error)) throw error
    await settleUnconfirmed(
      deps,
      target,
      'The post that was found already belongs to another post in CrateSocial.',
    )
  }
}

export const settleProcessing = async (
  deps: Deps,
  target: TargetRow,
  words: string,
  attempt?: AttemptResult,
): Promise<void> => {
  await tx(deps.sql, async (t) => {
    if (attempt) await recordOutcome(t, attempt.id, attempt)
    await markProcessing(t, target, words)
  })
}

// promise: U4
/** It is a draft in the creator's inbox. Tells the people who can finish it there, once. */
export const settleInInbox = async (deps: Deps, target: TargetRow, until: Date): Promise<void> => {
  await tx(deps.sql, async (t) => {
    if (!(await markInInbox(t, target, until))) return
    const cause = `inbox:${target.id}:${target.revision}:${target.attemptNumber}`
    const facts = { until: until.toISOString() }
    await notify(t, {
      workspaceId: target.workspaceId,
      kind: 'inbox',
      cause,
      targetId: target.id,
      facts,
      to: 'both',
    })
  })
}

/** Clearly nothing happened, so the target can be claimed again later. */
export const settleAnotherTry = async (
  deps: Deps,
  target: TargetRow,
  again: AnotherTry,
  attempt: AttemptResult,
): Promise<void> => {
  await tx(deps.sql, async (t) => {
    await recordOutcome(t, attempt.id, attempt)
    await allowAnotherTry(t, target, again)
  })
}

export const settleFailed = async (
  deps: Deps,
  target: TargetRow,
  problem: Problem,
  attempt?: AttemptResult,
): Promise<void> => {
  await distrustFacts(deps, target, problem)
  const isOver = await tx(deps.sql, async (t) => {
    if (attempt) await recordOutcome(t, attempt.id, attempt)
    const marked = await markFailed(t, target, problem)
    if (marked) await recordAndNotify(t, target, 'failed', problem)
    return marked
  })
  if (isOver) deps.meters?.ended(target, 'failed')
}

/**
 * Forgets what the account may post, because that has changed since the composer asked. Runs before
 * the transaction, because accounts are locked before targets, never after (see
 * db/posts/post-locks.ts).
 */
export const distrustFacts = async (
  deps: Deps,
  target: TargetRow,
  problem: Problem,
): Promise<void> => {
  if (problem.kind === 'rejected' || problem.kind === 'permission')
    await forgetAccountFacts(deps.sql, target.channelId)
}

export const settleUnconfirmed = async (
  deps: Deps,
  target: TargetRow,
  words: string,
): Promise<void> => {
  const isOver = await tx(deps.sql, async (t) => {
    const marked = await markUnconfirmed(t, target, words)
    if (marked) await recordAndNotify(t, target, 'unconfirmed')
    return marked
  })
  if (isOver) deps.meters?.ended(target, 'unconfirmed')
}

export const anotherTryAfter = (
  deps: { now: () => number },
  target: TargetRow,
  problem: Problem,
): AnotherTry => ({
  from: 'preparing',
  words: `${problem.words} Nothing was published. We’ll send it again automatically.`,
  notBefore: new Date(
    deps.now() + (problem.retryAfterMs ?? backoffMs(target.attemptNumber, 5_000)),
  ),
})

/** Records an event about a target, with the kind and code of a problem. Returns the event's id. */
export const recordTargetEvent = (
  t: Db,
  target: TargetRow,
  name: string,
  problem?: Problem,
): Promise<string> =>
  recordEvent(t, {
    name,
    workspaceId: target.workspaceId,
    userId: null,
    subjectId: target.id,
    facts: {
      platform: target.platform,
      ...(problem ? { kind: problem.kind, code: problem.code } : {}),
    },
  })

// promise: U4
/** Records an event, and notifies the admins and the post's author. */
export const recordAndNotify = async (
  t: Db,
  target: TargetRow,
  kind: 'failed' | 'unconfirmed' | 'missed',
  problem?: Problem,
): Promise<void> => {
  await recordTargetEvent(t, target, `target.${kind}`, problem)
  const cause = `${kind}:${target.id}:${target.revision}:${target.attemptNumber}`
  await notify(t, { workspaceId: target.workspaceId, kind, cause, targetId: target.id, to: 'both' })
}
