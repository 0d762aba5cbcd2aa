import type { TargetRow } from '../../db/posts/targets.ts'
import type { Action, Step } from '../../workflows/names.ts'
import { jitterMs } from '../retry.ts'

/**
 * How long before its time the send of a ready target is started. It then waits inside the worker
 * for the exact time.
 */
const armAheadMs = 60_000
/**
 * For each target due around the same minute, all of them start this much earlier: twice the time
 * that a small machine takes to arm one.
 */
const armEachMs = 20
/** The earliest start: an armed send occupies a worker slot and sends heartbeats. */
const armMostMs = 240_000
/**
 * The minimum heartbeat timeout. A worker counts as dead after a third of the remaining time
 * without a heartbeat, but not sooner than this.
 */
const leastPatienceMs = 20_000

/**
 * What to do next with a target, decided only from its row. Preparing and arming get a jitter from
 * the id, so that a thousand posts of the same minute don't start in the same second. The send time
 * itself has no jitter. `crowd`: how many targets are due around the same time.
 */
export const decideStep = (target: TargetRow, nowMs: number, given: { prepareAheadMs: number; crowd: number }): Step => {
  const dueMs = target.dueAt.getTime()
  switch (target.state) {
    case 'scheduled':
    case 'preparing':
      return waitOr(prepareFromMs(target, dueMs, given.prepareAheadMs), nowMs, 'Waits to be prepared', {
        do: 'prepare',
        words: 'Preparing: everything that can be done ahead',
      })
    case 'ready': {
      const fromMs = sendFromMs(target, dueMs, leadMs(given.crowd))
      return waitOr(fromMs, nowMs, 'Ready; waits for its time', {
        do: 'send',
        dueMs: Math.max(dueMs, target.notBefore?.getTime() ?? 0),
        patienceMs: Math.max(leastPatienceMs, Math.round((dueMs - Math.max(fromMs, nowMs)) / 3)),
        words: 'Armed: one call remains, at the exact time',
      })
    }
    case 'sending':
      return { do: 'reconcile', words: 'The outcome of the call is unknown; looking at the platform. Nothing is sent meanwhile' }
    case 'processing':
      return { do: 'check', words: target.inboxUntil ? inInbox : 'Sent; the platform is processing it' }
    case 'published':
      return publishedStep(target, nowMs)
    case 'failed':
      return { do: 'end', words: 'The platform refused it' }
    case 'unconfirmed':
      return { do: 'end', words: 'Its outcome could not be found out; a person decides' }
    case 'missed':
      return { do: 'end', words: 'Missed' }
    case 'canceled':
      return { do: 'end', words: 'Canceled' }
    case 'erased':
      return { do: 'end', words: 'Sent; the data of its account was deleted' }
  }
}

const inInbox = 'Delivered as a draft to the inbox; its creator has to finish it there'

/**
 * The first comment waits until the post's URL is known, which shows that others can see it. The
 * receipt may take longer.
 */
const publishedStep = (target: TargetRow, nowMs: number): Step => {
  const finish: Step = { do: 'finish', words: 'Published; completing the receipt' }
  if (target.commentState === 'sending') return lookForComment
  const waits = target.commentOpen && !target.permalink && !target.finishedAt
  if (waits || !target.commentOpen) return target.finishedAt ? { do: 'end', words: 'Published' } : finish
  const fromMs = target.commentNotBefore?.getTime() ?? 0
  if (nowMs < fromMs && !target.finishedAt) return finish
  return waitOr(fromMs, nowMs, 'Published; its first comment waits', {
    do: 'comment',
    words: 'Published; writing the first comment',
  })
}

const lookForComment: Step = {
  do: 'find-comment',
  words: 'Whether the first comment was written is unknown; looking at the platform. Nothing is written meanwhile',
}

/**
 * A target that has to wait for the platform isn't armed early: it waits in a timer, not in an
 * activity.
 */
const sendFromMs = (target: TargetRow, dueMs: number, aheadMs: number): number => {
  const armMs = dueMs - aheadMs + jitterMs(target.id, aheadMs / 3)
  return Math.max(armMs, target.notBefore?.getTime() ?? 0)
}

const leadMs = (crowd: number): number => Math.min(armMostMs, armAheadMs + crowd * armEachMs)

const prepareFromMs = (target: TargetRow, dueMs: number, prepareAheadMs: number): number =>
  Math.max(dueMs - prepareAheadMs + jitterMs(target.id, prepareAheadMs / 3), target.notBefore?.getTime() ?? 0)

const waitOr = (fromMs: number, nowMs: number, words: string, next: Action): Step =>
  nowMs < fromMs ? { do: 'wait', untilMs: fromMs, words, next } : next
