import { listCalendar } from '../../../db/posts/calendar/posts.ts'
import type { WebDeps, Workspace } from '../../http/env.ts'
import { addDays } from '../../time/days.ts'
import { dateOf, startOfDay } from '../../time/wall-time.ts'
import { boundsOf } from '../calendar/days.ts'
import { type Day, daysWith, type Entry, entryReader } from '../calendar/entries.ts'

const shows = { nearDays: 2, laterDays: 3, perDay: 12, aheadDays: 30, drafts: 5 }

/** `from` and `to` bound the time range whose changes affect the page, in seconds since 1970. */
export type TodayDays = {
  near: Day[]
  later: Day[]
  drafts: Entry[]
  hasMoreDrafts: boolean
  /** When the next post goes out. Null if none of those that are shown will. */
  nextAt: Date | null
  from: number
  to: number
}

/**
 * What goes out today, tomorrow and on the next three days that have posts, and the drafts that
 * were changed last. If today has more posts than fit, leaves out those from more than an hour ago
 * first.
 */
export const loadToday = async (deps: WebDeps, workspace: Workspace): Promise<TodayDays> => {
  const { nearDays, laterDays, perDay, aheadDays } = shows
  const { id: workspaceId, zone } = workspace
  const now = new Date(deps.now())
  const today = dateOf(now, zone)
  const dates = Array.from({ length: aheadDays }, (_, ahead) => addDays(today, ahead))
  const { posts, drafts } = await listCalendar(deps.sql, {
    workspaceId,
    days: boundsOf(dates, zone),
    only: { near: nearDays, later: laterDays },
    perDay,
    leaveOutBefore: new Date(now.getTime() - hourMs),
    // One more shows whether there are more.
    drafts: shows.drafts + 1,
  })
  const near = dates.slice(0, nearDays)
  const later = [...new Set(posts.map((post) => post.date))].filter((date) => !near.includes(date))
  const shown = [...near, ...later]
  const read = entryReader(deps, workspace)
  const days = daysWith(read, { dates: shown, posts, month: '' }).map((day) => stillOpen(day, now))
  const lastDay = later.length === laterDays ? (later.at(-1) ?? today) : (dates.at(-1) ?? today)
  return {
    near: days.slice(0, nearDays),
    later: days.slice(nearDays),
    drafts: drafts.slice(0, shows.drafts).map(read.entry),
    hasMoreDrafts: drafts.length > shows.drafts,
    nextAt: nextOf(days, now),
    from: startOfDay(today, zone).getTime() / 1_000,
    to: startOfDay(addDays(lastDay, 1), zone).getTime() / 1_000,
  }
}

const hourMs = 3_600_000

/** Icons of posts that no longer go out by themselves. */
const isOver = new Set(['circle-check', 'ban', 'help-circle', 'alert-circle'])

/**
 * Posts of the past that were published or canceled are only counted. So are those that someone
 * has to look at: what needs attention is above.
 */
const stillOpen = (day: Day, now: Date): Day => {
  const entries = day.entries.filter(
    ({ dueAt, icon }) => !dueAt || dueAt > now || !isOver.has(icon),
  )
  return { ...day, entries, earlier: day.earlier + day.entries.length - entries.length }
}

const nextOf = (days: Day[], now: Date): Date | null =>
  days
    .flatMap(({ entries }) => entries)
    .find(({ dueAt, pill }) => dueAt && dueAt > now && pill.tone === 'way')?.dueAt ?? null
