import type { TargetRow } from '../../db/posts/targets.ts'
import type { Progress } from '../../workflows/names.ts'
import type { Formats } from '../time/formats.ts'

/**
 * Describes what a target is doing now. Null if its workflow doesn't answer; the page is complete
 * without it.
 */
export const progressWords = (
  progress: Progress | null,
  target: Pick<TargetRow, 'state' | 'dueAt' | 'notBefore' | 'inboxUntil'> &
    Partial<Pick<TargetRow, 'deletionState'>>,
  fmt: Formats,
): string | null => {
  if (!progress) return null
  const at = fmt.whenToSecond
  switch (progress.step) {
    case 'start':
      return 'Starting.'
    case 'wait':
      if (target.state === 'published')
        return target.deletionState === 'asked'
          ? 'Published. Waiting to delete it at the platform.'
          : 'Published. Waiting to add the first comment.'
      if (target.notBefore && target.notBefore > target.dueAt)
        return `Waiting. Tries again ${at(target.notBefore)}.`
      if (target.state === 'ready') return `Ready. Publishes ${at(target.dueAt)}.`
      return progress.until === null
        ? 'Scheduled.'
        : `Scheduled. Preparation starts ${at(new Date(progress.until))}.`
    case 'prepare':
      return `Preparing. Publishes ${at(target.dueAt)}.`
    case 'send':
      return `Ready. Publishes ${at(target.dueAt)}.`
    case 'check':
      return target.inboxUntil
        ? 'In the inbox. Waiting for its creator to finish it.'
        : 'Sent. Waiting for the platform to finish.'
    case 'reconcile':
      return 'Checking whether it was published. Nothing is sent again meanwhile.'
    case 'finish':
      return 'Published. Getting its link.'
    case 'comment':
      return 'Published. Adding the first comment.'
    case 'find-comment':
      return 'Checking whether the first comment was added. It isn’t added again meanwhile.'
    case 'delete':
      return 'Deleting it at the platform.'
    case 'look-if-gone':
      return 'Checking whether it was deleted. Nothing is sent again meanwhile.'
    case 'end':
      return 'Done.'
  }
}

/** How long after its time an overdue step is still waited for. */
const lateMs = 60_000
/** How far ahead a step may be for the page to wait for it. */
const farMs = 3_600_000

/**
 * Seconds until the page should refresh the words, because a workflow is about to move on. Null if
 * it needn't.
 */
export const lookAgainInS = (all: (Progress | null)[], nowMs: number): number | null => {
  const moves = all.flatMap((one) =>
    one?.step === 'wait' && one.until !== null ? [one.until - nowMs] : [],
  )
  const next = Math.min(...moves.filter((inMs) => inMs > -lateMs && inMs < farMs))
  return next === Number.POSITIVE_INFINITY ? null : Math.max(2, Math.ceil(next / 1_000) + 1)
}
