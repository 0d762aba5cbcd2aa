import { Temporal } from 'temporal-polyfill'
import type { Db } from '../../../db/postgres/connect.ts'
import { listSlots, listTakenTimes, type Slot, type TakenTime } from '../../../db/posts/slots.ts'

/**
 * `slot`: the next free slot of each account. `queue`: of each account, the first free slot after
 * all posts that wait in its queue.
 */
export type SlotChoice = 'slot' | 'queue'

/** What the choice means for one account. */
export type TakenSlot = {
  channelId: string
  /** Null if the account has no slots, or none is free within two years. */
  dueAt: Date | null
  hasSlots: boolean
  /** Its place in the queue: 1 goes out next. */
  place: number
}

/** So far ahead a free slot is searched. */
const weeksAhead = 104
/** A slot that begins sooner isn't offered, because a post has to be prepared. */
const leastLeadMs = 60_000
const minuteMs = 60_000

type Wanted = {
  workspace: { id: string; zone: string }
  channelIds: string[]
  postId: string | null
  nowMs: number
}

/** The slots that a post would take on these accounts, in the order of `channelIds`. */
export const findSlots = async (
  sql: Db,
  { workspace, channelIds, postId, nowMs }: Wanted,
): Promise<Record<SlotChoice, TakenSlot[]>> => {
  const after = new Date(nowMs)
  const ref = { workspaceId: workspace.id, channelIds }
  // One after another: inside a transaction, the second has to see what the lock waited for.
  const slots = await listSlots(sql, workspace.id, channelIds)
  const taken =
    slots.length > 0 ? await listTakenTimes(sql, { ...ref, postId, after, before: null }) : []
  const each = (choice: SlotChoice) =>
    channelIds.map((channelId) => {
      const own = slots.filter((slot) => slot.channelId === channelId)
      const busy = taken.filter((one) => one.channelId === channelId)
      return { channelId, ...take(choice, own, busy, workspace.zone, nowMs) }
    })
  return { slot: each('slot'), queue: each('queue') }
}

const take = (
  choice: SlotChoice,
  slots: Slot[],
  taken: TakenTime[],
  zone: string,
  nowMs: number,
): Omit<TakenSlot, 'channelId'> => {
  const line = taken.filter((one) => one.inLine).map((one) => one.dueAt.getTime())
  const from = choice === 'queue' ? Math.max(nowMs, ...line) : nowMs
  const busy = new Set(taken.map((one) => minuteOf(one.dueAt.getTime())))
  const dueAt = firstFree(slots, zone, Math.max(from, nowMs + leastLeadMs), busy)
  const place = 1 + line.filter((atMs) => dueAt !== null && atMs < dueAt.getTime()).length
  return { dueAt, hasSlots: slots.length > 0, place }
}

const firstFree = (
  slots: Slot[],
  zone: string,
  afterMs: number,
  busy: Set<number>,
): Date | null => {
  if (slots.length === 0) return null
  for (const at of slotTimes(slots, zone, afterMs)) if (!busy.has(minuteOf(at.getTime()))) return at
  return null
}

/**
 * When these slots come after `afterMs`, in order. A wall time that the clocks skip comes as much
 * later; one that happens twice comes the first time. Every slot comes once a week.
 */
export function* slotTimes(slots: Slot[], zone: string, afterMs: number): Generator<Date> {
  // The day before: a skipped time can come on the next day.
  const first = Temporal.Instant.fromEpochMilliseconds(afterMs)
    .toZonedDateTimeISO(zone)
    .toPlainDate()
    .subtract({ days: 1 })
  for (let days = 0; days <= weeksAhead * 7; days++)
    for (const at of slotsOn(slots, first.add({ days }), zone)) if (at.getTime() > afterMs) yield at
}

/** When these slots come on a date such as `2026-12-06`. */
export const slotsOnDate = (slots: Slot[], date: string, zone: string): Date[] =>
  slotsOn(slots, Temporal.PlainDate.from(date), zone)

const slotsOn = (slots: Slot[], date: Temporal.PlainDate, zone: string): Date[] => {
  const own = slots.filter((slot) => slot.weekday === date.dayOfWeek)
  const times = own.map(
    ({ wallTime }) =>
      date.toZonedDateTime({ timeZone: zone, plainTime: wallTime }).epochMilliseconds,
  )
  return [...new Set(times)].sort((a, b) => a - b).map((atMs) => new Date(atMs))
}

const minuteOf = (atMs: number): number => Math.floor(atMs / minuteMs)
