import { recordEvent } from '../../../db/notifications/events.ts'
import { tx } from '../../../db/postgres/connect.ts'
import { deleteSlot, insertSlots, listSlots, type NewSlots } from '../../../db/posts/slots.ts'
import type { WebDeps } from '../../http/env.ts'

/** How many slots an account can have. */
export const slotsMax = 60

/** Returns the id of an account that would have too many slots, or null if they are there now. */
export const addSlots = async (
  deps: WebDeps,
  { userId, ...wanted }: NewSlots & { userId: string },
): Promise<string | null> => {
  const { workspaceId } = wanted
  const full = await fullAccount(deps, wanted)
  if (full) return full
  await tx(deps.sql, async (t) => {
    const added = await insertSlots(t, wanted, slotsMax)
    if (added.length === 0) return
    const by = { workspaceId, userId, subjectId: workspaceId }
    await recordEvent(t, { name: 'slot.added', ...by, facts: { count: added.length } })
  })
  return null
}

const fullAccount = async (deps: WebDeps, wanted: NewSlots): Promise<string | undefined> => {
  const slots = await listSlots(deps.sql, wanted.workspaceId, wanted.channelIds)
  return wanted.channelIds.find(
    (id) =>
      slots.filter((slot) => slot.channelId === id).length + wanted.weekdays.length > slotsMax,
  )
}

/** Returns whether there was such a slot. */
export const removeSlot = (
  deps: WebDeps,
  { userId, ...ref }: { workspaceId: string; slotId: string; userId: string },
): Promise<boolean> =>
  tx(deps.sql, async (t) => {
    if (!(await deleteSlot(t, ref))) return false
    const by = { workspaceId: ref.workspaceId, userId, subjectId: ref.slotId }
    await recordEvent(t, { name: 'slot.removed', ...by })
    return true
  })
