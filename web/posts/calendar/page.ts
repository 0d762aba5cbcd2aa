import type { CalendarFilter } from '../../../db/posts/calendar/filter.ts'
import { listCalendar } from '../../../db/posts/calendar/posts.ts'
import type { WebDeps, Workspace } from '../../http/env.ts'
import { addDays } from '../../time/days.ts'
import { dateOf, startOfDay } from '../../time/wall-time.ts'
import { boundsOf, type CalendarView, type Span } from './days.ts'
import { type Day, daysWith, type Entry, entryReader } from './entries.ts'

const draftsShown = 12
/** How many posts fit on one page of the list. The next page continues with the rest. */
export const roomInList = 60
/** How many posts are shown per day. The list has the others: a cell links to its day there. */
const shownPerDay: Record<CalendarView, number> = { month: 2, week: 40, list: roomInList }

export type CalendarQuery = {
  span: Span
  filter: CalendarFilter
  /** How many posts of the first day to skip because the previous page showed them. */
  skip?: number
}

/**
 * The days of a range with their posts, and the drafts that have no time. `next` is the first day
 * that no longer fits in the list, or null.
 */
export const loadDays = async (
  deps: WebDeps,
  workspace: Workspace,
  { span, filter, skip = 0 }: CalendarQuery,
): Promise<{ weeks: Day[][]; drafts: Entry[]; next: string | null }> => {
  const { view } = span
  const perDay = shownPerDay[view]
  const dates = span.weeks.flat()
  const days = boundsOf(dates, workspace.zone)
  const paging = view === 'list' ? { room: roomInList, skip } : {}
  const { posts, drafts } = await listCalendar(deps.sql, {
    ...{ workspaceId: workspace.id, days, perDay, filter, drafts: draftsShown },
    ...paging,
  })
  const isFull = view === 'list' && posts.length >= roomInList
  const last = isFull ? (posts.at(-1)?.date ?? '') : (dates.at(-1) ?? '')
  const read = entryReader(deps, workspace)
  const shown = daysWith(read, { dates, posts, month: span.month })
  const byDate = new Map(shown.map((day) => [day.date, day]))
  return {
    weeks: span.weeks.map((week) =>
      week.filter((date) => date <= last).flatMap((date) => byDate.get(date) ?? []),
    ),
    drafts: drafts.map(read.entry),
    next: isFull && last !== dates.at(-1) ? addDays(last, 1) : null,
  }
}

const todayShows = { nearDays: 2, laterDays: 3, perDay: 12, aheadDays: 30 }

/** `from` and `to` bound the time range whose changes affect the page, in seconds since 1970. */
export type TodayDays = { near: Day[]; later: Day[]; drafts: Entry[]; from: number; to: number }

/**
 * Today, tomorrow and the next three days that have posts. If today has more posts than fit, leaves
 * out those from more than an hour ago first.
 */
export const loadToday = async (deps: WebDeps, workspace: Workspace): Promise<TodayDays> => {
  const { nearDays, laterDays, perDay, aheadDays } = todayShows
  const { id: workspaceId, zone } = workspace
  const today = dateOf(new Date(deps.now()), zone)
  const dates = Array.from({ length: aheadDays }, (_, ahead) => addDays(today, ahead))
  const { posts, drafts } = await listCalendar(deps.sql, {
    workspaceId,
    days: boundsOf(dates, zone),
    only: { near: nearDays, later: laterDays },
    perDay,
    leaveOutBefore: new Date(deps.now() - hourMs),
    drafts: draftsShown,
  })
  const near = dates.slice(0, nearDays)
  const later = [...new Set(posts.map((post) => post.date))].filter((date) => !near.includes(date))
  const shown = [...near, ...later]
  const read = entryReader(deps, workspace)
  const days = daysWith(read, { dates: shown, posts, month: '' })
  const lastDay = later.length === laterDays ? (later.at(-1) ?? today) : (dates.at(-1) ?? today)
  return {
    near: days.slice(0, nearDays),
    later: days.slice(nearDays),
    drafts: drafts.map(read.entry),
    from: startOfDay(today, zone).getTime() / 1_000,
    to: startOfDay(addDays(lastDay, 1), zone).getTime() / 1_000,
  }
}

const hourMs = 3_600_000

/** `month`, `week` or `list`. Defaults to `month`. */
export const readView = (typed: string | undefined): CalendarView =>
  typed === 'week' || typed === 'list' ? typed : 'month'
