import { type AttemptOutcome, findLatestAttempt, recordOutcome } from '../db/attempts.ts'
import { type Db, type Sql, tx } from '../db/connect.ts'
import { recordEvent } from '../db/events.ts'
import { retireLinks } from '../db/media-links.ts'
import { notify } from '../db/notices.ts'
import {
  type AnotherTry,
  allowAnotherTry,
  isBoundAlready,
  markFailed,
  markMissed,
  markProcessing,
  markPublished,
  markRefusedAhead,
  markUnconfirmed,
  type TargetRow,
} from '../db/targets.ts'
import { waitForConnection } from '../db/waiting-targets.ts'
import type { Problem } from '../platforms/errors.ts'
import type { Checked } from '../platforms/platform.ts'
import type { Meters } from './meters.ts'

/** The ends of a target: each is one transaction of state, attempt and audit line. */

type Deps = { sql: Sql; meters?: Meters | undefined }

/** The attempt whose call led here; its outcome is written in the same transaction. */
export type AttemptResult = { id: string; outcome: AttemptOutcome; sentAt: Date | null; problem: Problem | null }

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
      if (marked) await tell(t, target, 'target.published')
      return marked
    })
    if (isOut) deps.meters?.ended(target, 'published')
  } catch (error) {
    if (!isBoundAlready(error)) throw error
    await settleUnconfirmed(deps, target, 'The post that was found belongs to another post of CrateSocial already.')
  }
}

export const settleProcessing = async (deps: Deps, target: TargetRow, words: string, attempt?: AttemptResult): Promise<void> => {
  await tx(deps.sql, async (t) => {
    if (attempt) await recordOutcome(t, attempt.id, attempt)
    await markProcessing(t, target, words)
  })
}

/** A clear "nothing happened": claimed again later. */
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

export const settleFailed = async (deps: Deps, target: TargetRow, problem: Problem, attempt?: AttemptResult): Promise<void> => {
  const isOver = await tx(deps.sql, async (t) => {
    if (attempt) await recordOutcome(t, attempt.id, attempt)
    const marked = await markFailed(t, target, problem)
    if (marked) await tellPeople(t, target, 'failed', problem)
    return marked
  })
  if (isOver) deps.meters?.ended(target, 'failed')
}

/** Refused before anything was sent. */
export const settleRefusedAhead = async (deps: Deps, target: TargetRow, problem: Problem): Promise<void> => {
  const isOver = await tx(deps.sql, async (t) => {
    const marked = await markRefusedAhead(t, target, problem)
    if (marked) await tellPeople(t, target, 'failed', problem)
    return marked
  })
  if (isOver) deps.meters?.ended(target, 'failed')
}

export const settleUnconfirmed = async (deps: Deps, target: TargetRow, words: string): Promise<void> => {
  const isOver = await tx(deps.sql, async (t) => {
    const marked = await markUnconfirmed(t, target, words)
    if (marked) await tellPeople(t, target, 'unconfirmed')
    return marked
  })
  if (isOver) deps.meters?.ended(target, 'unconfirmed')
}

/** Its time passed while nothing could be sent. False when the row has moved on. */
export const settleMissed = async (deps: Deps, target: TargetRow): Promise<boolean> => {
  const isOver = await tx(deps.sql, async (t) => {
    const missed = await markMissed(t, target)
    if (missed) await tellPeople(t, target, 'missed')
    return missed
  })
  if (isOver) deps.meters?.ended(target, 'missed')
  return isOver
}

/**
 * The connection is gone before the post's time: it waits for a person to reconnect. False when its time has come: then it is refused.
 * The loss itself is told once, by whoever noticed it, not for every post.
 */
export const settleWaitingForConnection = async (
  deps: Deps & { now: () => number },
  target: TargetRow,
  problem: Problem,
): Promise<boolean> => {
  const words = `Waits for ${target.channelName} to be connected again. ${problem.words}`
  return waitForConnection(deps.sql, target, problem, words, new Date(deps.now()))
}

/** So many sends of one post at most where the platform itself takes it for nothing that it failed. */
const mostSends = 5

/**
 * The platform took the post and then gave it up for good. Where the reason lies outside of the post (it could not fetch the media, it
 * had a fault of its own), it is sent again: the addresses of the former attempt end first, so that it can never come true.
 */
export const settleGivenUp = async (
  deps: Deps & { now: () => number },
  target: TargetRow,
  problem: Problem,
  attempt: { id: string; sentAt: Date | null } | undefined,
): Promise<void> => {
  const result = attempt && { ...attempt, outcome: 'refused' as const, problem }
  if (!result || problem.kind !== 'unavailable' || target.attemptNumber >= mostSends)
    return settleFailed(deps, target, problem, result)
  await retireLinks(deps.sql, { targetId: target.id, attemptNumber: target.attemptNumber })
  await settleAnotherTry(deps, target, { ...again(deps, target, problem), after: afterOf(target) }, result)
}

const again = (deps: { now: () => number }, target: TargetRow, problem: Problem): AnotherTry => ({
  from: 'preparing',
  words: `${problem.words} Nothing was published; it is sent again by itself.`,
  notBefore: new Date(deps.now() + (problem.retryAfterMs ?? 5_000 * 2 ** target.attemptNumber)),
})

const afterOf = ({ state }: TargetRow) => (state === 'processing' ? 'processing' : 'sending')

/** What the platform's processing ended with. */
export const settleChecked = async (
  deps: Deps & { now: () => number },
  target: TargetRow,
  checked: Exclude<Checked, { state: 'processing' }>,
): Promise<void> => {
  switch (checked.state) {
    case 'published':
      return settlePublished(deps, target, checked)
    case 'failed':
      return settleGivenUp(deps, target, checked.problem, await findLatestAttempt(deps.sql, target.id))
    case 'draft':
      return settleFailed(deps, target, {
        kind: 'rejected',
        code: 'draft',
        subcode: null,
        words: checked.words,
        traceId: null,
        retryAfterMs: null,
      })
  }
}

const tell = (t: Db, target: TargetRow, name: string, problem?: Problem): Promise<string> =>
  recordEvent(t, {
    name,
    workspaceId: target.workspaceId,
    userId: null,
    subjectId: target.id,
    facts: { platform: target.platform, ...(problem ? { kind: problem.kind, code: problem.code } : {}) },
  })

// promise: U4
/** An audit line, and a word to the admins and whoever wrote the post. */
const tellPeople = async (
  t: Db,
  target: TargetRow,
  kind: 'failed' | 'unconfirmed' | 'missed',
  problem?: Problem,
): Promise<void> => {
  await tell(t, target, `target.${kind}`, problem)
  const cause = `${kind}:${target.id}:${target.revision}:${target.attemptNumber}`
  await notify(t, { workspaceId: target.workspaceId, kind, cause, targetId: target.id, to: 'both' })
}
