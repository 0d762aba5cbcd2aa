import type { Sql } from '../../db/postgres/connect.ts'
import { countOpenDue } from '../../db/posts/targets.ts'

const minuteMs = 60_000
/** How long a count is reused for all targets of its minute. */
const freshMs = 5_000
const most = 20_000

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
/** The longest lead time: an armed send occupies a worker slot and sends heartbeats. */
export const mostLeadMs = 240_000

type Count = { at: number; count: Promise<number> }
const counts = new WeakMap<Sql, Map<number, Count>>()

/** `count`: how many targets are due around the same time. */
export const leadMsFor = (count: number): number =>
  Math.min(mostLeadMs, armAheadMs + count * armEachMs)

/**
 * How many targets of all workspaces are due in the minute of this time, the one before and the one
 * after.
 */
export const countAround = async (
  { sql, now }: { sql: Sql; now: () => number },
  due: Date,
): Promise<number> => {
  const known = counts.get(sql) ?? new Map<number, Count>()
  counts.set(sql, known)
  const minute = Math.floor(due.getTime() / minuteMs)
  for (const [of, { at }] of known) if (now() - at > freshMs) known.delete(of)
  const found = known.get(minute) ?? { at: now(), count: countOpenDue(sql, spanOf(minute), most) }
  known.set(minute, found)
  try {
    return await found.count
  } catch (error) {
    known.delete(minute)
    throw error
  }
}

const spanOf = (minute: number) => ({
  from: new Date((minute - 1) * minuteMs),
  to: new Date((minute + 2) * minuteMs),
})
