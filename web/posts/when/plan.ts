import type { PostRow } from '../../../db/posts/posts.ts'
import { isUnsent } from '../../../db/posts/target-states.ts'
import type { TargetRow } from '../../../db/posts/targets.ts'
import type { WallTime } from '../../time/wall-time.ts'
import { type EachItsOwn, isSlotChoice } from './choice.ts'
import type { SlotChoice, TakenSlot } from './slots.ts'

/** When a post goes out on one account, and whether it takes a slot there. */
type Due = { dueAt: Date; queued: boolean }
/** Channel id → its time. Accounts without a time are missing. */
export type Plan = Map<string, Due>

type Known = {
  time: WallTime | null
  slots: Record<SlotChoice, TakenSlot[]>
  post: PostRow | null
  targets: TargetRow[]
}

/** When the post goes out on these accounts, as chosen. */
export const planOf = (channelIds: string[], choice: EachItsOwn | null, known: Known): Plan => {
  if (choice === null) return known.time?.ok ? allAt(channelIds, known.time.dueAt) : new Map()
  if (isSlotChoice(choice)) return planOfSlots(known.slots[choice])
  return new Map(channelIds.flatMap((id) => keptTime(id, known)))
}

export const allAt = (channelIds: string[], dueAt: Date): Plan =>
  new Map(channelIds.map((id) => [id, { dueAt, queued: false }]))

export const planOfSlots = (slots: TakenSlot[]): Plan =>
  new Map(
    slots.flatMap(({ channelId, dueAt }) =>
      dueAt ? [[channelId, { dueAt, queued: true }] as const] : [],
    ),
  )

/** The first of the times. Null if there is none. */
export const earliest = (plan: Plan): Date | null => {
  const times = [...plan.values()].map((due) => due.dueAt.getTime())
  return times.length > 0 ? new Date(Math.min(...times)) : null
}

/** Whether accounts have times that one time for all would lose. */
export const hasOwnTimes = (targets: TargetRow[]): boolean => {
  const unsent = targets.filter((target) => isUnsent(target.state))
  const times = new Set(unsent.map((target) => target.dueAt.getTime()))
  return times.size > 1 || unsent.some((target) => target.queued)
}

/** An account that was added keeps the time of the post. */
const keptTime = (channelId: string, { post, targets }: Known): [string, Due][] => {
  const own = targets.find((target) => target.channelId === channelId)
  if (own && isUnsent(own.state)) return [[channelId, { dueAt: own.dueAt, queued: own.queued }]]
  return post?.dueAt ? [[channelId, { dueAt: post.dueAt, queued: false }]] : []
}
