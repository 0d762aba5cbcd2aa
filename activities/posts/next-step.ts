import { createHash } from 'node:crypto'
import type { TargetRow } from '../db/targets.ts'
import type { Action, Step } from '../workflows/names.ts'

/** How long before its time a ready target's send is started; it then waits inside the worker for the exact instant. */
const armAheadMs = 60_000
/** Each that is due around the same minute brings all of them forward by so long, twice of what arming one takes a small machine. */
const armEachMs = 20
/** Never earlier: a slot of a worker and heartbeats belong to it. */
const armMostMs = 240_000
/** A worker that is silent for a third of the time that is left, and for so long at least, is taken for dead. */
const leastPatienceMs = 20_000

/**
 * What to do next with a target, from its row alone. Preparing and arming are spread by a jitter made from the id, so that a
 * thousand posts of one minute do not start in one second; the instant of sending has none. `crowd`: how many are due with it.
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
      return { do: 'check', words: 'Sent; the platform is processing it' }
    case 'published':
      return target.finishedAt ? { do: 'end', words: 'Published' } : { do: 'finish', words: 'Published; completing the receipt' }
    case 'failed':
      return { do: 'end', words: 'The platform refused it' }
    case 'unconfirmed':
      return { do: 'end', words: 'Its outcome could not be found out; a person decides' }
    case 'missed':
      return { do: 'end', words: 'Missed' }
    case 'canceled':
      return { do: 'end', words: 'Canceled' }
  }
}

/** A target that was asked to wait is not armed early: its wait is a timer, not a held activity. */
const sendFromMs = (target: TargetRow, dueMs: number, aheadMs: number): number => {
  const armMs = dueMs - aheadMs + jitterMs(target.id, aheadMs / 3)
  return Math.max(armMs, target.notBefore?.getTime() ?? 0)
}

const leadMs = (crowd: number): number => Math.min(armMostMs, armAheadMs + crowd * armEachMs)

const prepareFromMs = (target: TargetRow, dueMs: number, prepareAheadMs: number): number =>
  Math.max(dueMs - prepareAheadMs + jitterMs(target.id, prepareAheadMs / 3), target.notBefore?.getTime() ?? 0)

const waitOr = (fromMs: number, nowMs: number, words: string, next: Action): Step =>
  nowMs < fromMs ? { do: 'wait', untilMs: fromMs, words, next } : next

/** 0 up to `rangeMs`, the same for the same id. */
export const jitterMs = (id: string, rangeMs: number): number => {
  const share = createHash('sha256').update(id).digest().readUInt32BE(0) / 2 ** 32
  return Math.floor(share * rangeMs)
}
