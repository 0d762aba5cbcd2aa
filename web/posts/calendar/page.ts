import type { CalendarFilter } from '../../../db/posts/calendar/filter.ts'
import { listCalendar } from '../../../db/posts/calendar/posts.ts'
import type { WebDeps, Workspace } from '../../http/env.ts'
import { addDays } from '../../time/days.ts'
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

/** `month`, `week` or `list`. Defaults to `month`. */
export const readView = (typed: string | undefined): CalendarView =>
  typed === 'week' || typed === 'list' ? typed : 'month'
