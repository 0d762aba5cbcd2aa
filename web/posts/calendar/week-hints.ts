import { listSlots, listTakenTimes } from '../../../db/posts/slots.ts'
import type { Platform } from '../../../platforms/platform.ts'
import type { WebDeps, Workspace } from '../../http/env.ts'
import { addDays } from '../../time/days.ts'
import { formats } from '../../time/formats.ts'
import { startOfDay, wallTimeOf } from '../../time/wall-time.ts'
import { findBestTime } from '../when/best-time.ts'
import { slotsOnDate } from '../when/slots.ts'

type Account = { id: string; name: string; platform: Platform | undefined }

/** A time at which accounts have a slot and no post. */
export type FreeSlot = {
  /** `2026-12-06T18:30` */
  at: string
  time: string
  accounts: Account[]
}

/** What a week shows besides its posts. `best`: the next hour that did better than usual. */
export type WeekHints = { free: FreeSlot[]; best: { at: string; words: string } | null }

/** `channelIds`: the accounts that the calendar is limited to. Empty: all of them. */
export const loadWeekHints = async (
  deps: WebDeps,
  workspace: Workspace,
  week: { dates: string[]; accounts: Account[]; channelIds: string[] },
): Promise<WeekHints> => {
  const { dates, channelIds } = week
  const accounts = week.accounts.filter(
    ({ id }) => channelIds.length === 0 || channelIds.includes(id),
  )
  const [first = '', last = first] = [dates[0], dates.at(-1)]
  const ids = accounts.map(({ id }) => id)
  const nowMs = deps.now()
  const before = startOfDay(addDays(last, 1), workspace.zone)
  if (ids.length === 0 || before.getTime() <= nowMs) return { free: [], best: null }
  const [slots, taken, best] = await Promise.all([
    listSlots(deps.sql, workspace.id, ids),
    listTakenTimes(deps.sql, {
      ...{ workspaceId: workspace.id, channelIds: ids, postId: null },
      ...{ after: startOfDay(first, workspace.zone), before },
    }),
    findBestTime(deps.sql, { workspace, channelIds: ids, nowMs }),
  ])
  const busy = new Set(taken.map(({ channelId, dueAt }) => `${channelId} ${dueAt.getTime()}`))
  const free = new Map<number, Account[]>()
  for (const account of accounts) {
    const own = slots.filter(({ channelId }) => channelId === account.id)
    const times = dates.flatMap((date) => slotsOnDate(own, date, workspace.zone))
    for (const at of times)
      if (at.getTime() > nowMs && !busy.has(`${account.id} ${at.getTime()}`))
        free.set(at.getTime(), [...(free.get(at.getTime()) ?? []), account])
  }
  const fmt = formats(workspace, nowMs)
  return {
    free: [...free]
      .sort(([a], [b]) => a - b)
      .map(([atMs, on]) => ({
        at: wallTimeOf(new Date(atMs), workspace.zone),
        time: fmt.time(new Date(atMs)),
        accounts: on,
      })),
    best: best.at !== null && dates.includes(best.at.slice(0, 10)) ? best : null,
  }
}
