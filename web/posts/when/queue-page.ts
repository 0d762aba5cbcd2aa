import { listAccountNames } from '../../../db/channels/account-facts.ts'
import { listSlots, type Slot } from '../../../db/posts/slots.ts'
import type { DateStyle } from '../../../text/date-style.ts'
import type { WebDeps, Workspace } from '../../http/env.ts'
import type { View } from '../../http/render.ts'
import { clockWords, weekdayNames } from '../../time/dates.ts'
import { formats } from '../../time/formats.ts'
import { offsetOf } from '../../time/zones.ts'
import { seriesList } from '../series/view.ts'
import { findSlots, type TakenSlot } from './slots.ts'

/** An account with its week: for each day with slots, their times. */
type Account = {
  id: string
  platform: string
  name: string
  week: { day: string; slots: { id: string; time: string }[] }[]
  /** When the next post in the queue would go out, and how many are before it. */
  next: string | null
}

/** The data for the page of slots: every connected account, in the zone of the workspace. */
export const queueView = async (
  deps: WebDeps,
  workspace: Workspace,
): Promise<View & { accounts: Account[] }> => {
  const accounts = await listAccountNames(deps.sql, workspace.id)
  const channelIds = accounts.map((one) => one.id)
  const nowMs = deps.now()
  const [slots, found, series] = await Promise.all([
    listSlots(deps.sql, workspace.id, channelIds),
    findSlots(deps.sql, { workspace, channelIds, postId: null, nowMs }),
    seriesList(deps, workspace),
  ])
  const fmt = formats(workspace, nowMs)
  return {
    series,
    zoneWords: `${workspace.zone} (${offsetOf(workspace.zone, nowMs)})`,
    accounts: accounts.map((one) => ({
      ...one,
      platform: deps.platforms.platforms.get(one.platform)?.label ?? one.platform,
      week: weekOf(
        slots.filter((slot) => slot.channelId === one.id),
        workspace.dates,
      ),
      next: nextWords(
        found.queue.find((slot) => slot.channelId === one.id),
        (at) => fmt.when(at),
      ),
    })),
  }
}

const weekOf = (slots: Slot[], dates: DateStyle): Account['week'] =>
  weekdayNames.flatMap((day, index) => {
    const own = slots.filter((slot) => slot.weekday === index + 1)
    if (own.length === 0) return []
    return [
      { day, slots: own.map(({ id, wallTime }) => ({ id, time: clockWords(wallTime, dates) })) },
    ]
  })

const nextWords = (slot: TakenSlot | undefined, when: (at: Date) => string): string | null => {
  if (!slot?.dueAt) return null
  const before = slot.place - 1
  const waiting =
    before === 0
      ? 'The queue is empty'
      : `${before} ${before === 1 ? 'post' : 'posts'} in the queue`
  return `${waiting}. The next post you add goes out ${when(slot.dueAt)}.`
}
