import { findLatestAttempt } from '../../db/posts/attempts.ts'
import { retireLinks } from '../../db/posts/media-links.ts'
import type { TargetRow } from '../../db/posts/targets.ts'
import type { Problem } from '../../platforms/errors.ts'
import type { Checked } from '../../platforms/platform.ts'
import {
  anotherTryAfter,
  type Deps,
  settleAnotherTry,
  settleFailed,
  settlePublished,
} from './outcomes.ts'

/** How many times a post is sent if the platform accepts it and then gives it up each time. */
const mostSends = 5

/**
 * The platform accepted the post and then gave it up permanently. If the reason isn't the post
 * itself (the platform couldn't download the media, or had an internal error), it is sent again.
 * The media URLs of the former attempt are retired first, so that it can never take effect.
 */
export const settleGivenUp = async (
  deps: Deps & { now: () => number },
  target: TargetRow,
  problem: Problem,
  attempt: { id: string; sentAt: Date | null } | undefined,
): Promise<void> => {
  const result = attempt && { ...attempt, outcome: 'refused' as const, problem }
  // A draft that was in the inbox isn't delivered a second time, whatever the platform says.
  const mayRepeat = problem.kind === 'unavailable' && target.inboxUntil === null
  if (!result || !mayRepeat || target.attemptNumber >= mostSends)
    return settleFailed(deps, target, problem, result)
  await retireLinks(deps.sql, { targetId: target.id, attemptNumber: target.attemptNumber })
  await settleAnotherTry(
    deps,
    target,
    { ...anotherTryAfter(deps, target, problem), after: afterOf(target) },
    result,
  )
}

const afterOf = ({ state }: TargetRow) => (state === 'processing' ? 'processing' : 'sending')

/** The result of the platform's processing. */
export const settleChecked = async (
  deps: Deps & { now: () => number },
  target: TargetRow,
  checked: Exclude<Checked, { state: 'processing' }>,
): Promise<void> => {
  switch (checked.state) {
    case 'published':
      return settlePublished(deps, target, checked)
    case 'failed':
      return settleGivenUp(
        deps,
        target,
        checked.problem,
        await findLatestAttempt(deps.sql, target.id),
      )
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
