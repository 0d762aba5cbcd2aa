import type { Sql } from '../../db/postgres/connect.ts'
import { countOpenDue } from '../../db/posts/targets.ts'

const minuteMs = 60_000
/** How long a count is reused for all targets of its minute. */
const freshMs = 5_000
const most = 20_000

type Count = { at: number; count: Promise<number> }
const counts = new WeakMap<Sql, Map<number, Count>>()

/**
 * How many targets of all workspaces are due in the minute of this time, the one before and the one
 * after.
 */
export const crowdAt = async ({ sql, now }: { sql: Sql; now: () => number }, due: Date): Promise<number> => {
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

const spanOf = (minute: number) => ({ from: new Date((minute - 1) * minuteMs), to: new Date((minute + 2) * minuteMs) })
