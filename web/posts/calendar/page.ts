import { group } from 'd3-array'
import {
  type CalendarPost,
  type DatedPost,
  listCalendar,
} from '../../../db/posts/calendar/posts.ts'
import { mayStart } from '../../../db/posts/target-transitions.ts'
import type { Platform } from '../../../platforms/platform.ts'
import type { WebDeps, Workspace } from '../../http/env.ts'
import { longDay, weekday } from '../../time/dates.ts'
import { addDays } from '../../time/days.ts'
import { type Formats, formats } from '../../time/formats.ts'
import { dateOf, startOfDay } from '../../time/wall-time.ts'
import { inboxWords, overallPill, type Pill } from '../post-state.ts'
import { titleOf } from '../post-title.ts'
import { boundsOf, type CalendarView, type Span } from './days.ts'

/** A post on the calendar or in a list of days. */
export type Entry = {
  id: string
  /** The version that is shown. A drag sends it back to detect conflicts. */
  version: number
  title: string
  /** `10:00`. Null for a draft without a time. */
  time: string | null
  dueAt: Date | null
  pill: Pill
  /** What a person has to do for a draft in a platform's inbox. Empty if there is none. */
  note: string
  isDraft: boolean
  /** Whether it can be dragged to another day: nothing has been sent yet. */
  movable: boolean
  badges: Platform[]
}

export type Day = {
  date: string
  number: number
  weekday: string
  long: string
  isToday: boolean
  isPast: boolean
  outside: boolean
  entries: Entry[]
  /** How many posts of the day come before and after the ones that are shown. */
  earlier: number
  more: number
}

const draftsShown = 12
/** How many posts fit on one page of the list. The next page continues with the rest. */
export const roomInList = 60
/** How many posts are shown per day. The list has the others: a cell links to its day there. */
const shownPerDay: Record<CalendarView, number> = { month: 4, week: 12, list: roomInList }

export type CalendarQuery = {
  span: Span
  channelId: string | null
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
  { span, channelId, skip = 0 }: CalendarQuery,
): Promise<{ weeks: Day[][]; drafts: Entry[]; next: string | null }> => {
  const { view } = span
  const perDay = shownPerDay[view]
  const dates = span.weeks.flat()
  const days = boundsOf(dates, workspace.zone)
  const paging = view === 'list' ? { room: roomInList, skip } : {}
  const { posts, drafts } = await listCalendar(deps.sql, {
    ...{ workspaceId: workspace.id, days, perDay, channelId, drafts: draftsShown },
    ...paging,
  })
  const isFull = view === 'list' && posts.length >= roomInList
  const last = isFull ? (posts.at(-1)?.date ?? '') : (dates.at(-1) ?? '')
  const read = reader(deps, workspace)
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
  const read = reader(deps, workspace)
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

type Reader = { today: string; entry(post: CalendarPost): Entry }

const reader = (deps: WebDeps, { zone }: Workspace): Reader => {
  const fmt = formats(zone, deps.now())
  return { today: dateOf(new Date(deps.now()), zone), entry: (post) => entryOf(deps, fmt, post) }
}

const entryOf = (deps: WebDeps, { clock, when }: Formats, post: CalendarPost): Entry => {
  const platforms =
    post.targets.length > 0
      ? new Set(post.targets.map((target) => target.platform))
      : post.chosenPlatforms
  return {
    id: post.id,
    version: post.version,
    title: titleOf(post.text),
    time: post.dueAt ? clock(post.dueAt) : null,
    dueAt: post.dueAt,
    pill: overallPill(post.state, post.targets),
    note: inboxWords(
      post.targets,
      (name) => deps.platforms.platforms.get(name)?.label ?? name,
      when,
    ),
    isDraft: post.state === 'draft',
    movable:
      post.targets.length === 0
        ? post.state === 'draft'
        : post.targets.every((target) => mayStart('move', target.state)),
    badges: [...platforms].flatMap((name) => deps.platforms.platforms.get(name) ?? []),
  }
}

type DaysToShow = { dates: string[]; posts: DatedPost[]; month: string }

const daysWith = ({ today, entry }: Reader, { dates, posts, month }: DaysToShow): Day[] => {
  const byDate = group(posts, (post) => post.date)
  return dates.map((date) => {
    const own = byDate.get(date) ?? []
    const { onDay = 0, skipped = 0 } = own[0] ?? {}
    return {
      date,
      number: Number(date.slice(8)),
      weekday: weekday(date),
      long: longDay(date),
      isToday: date === today,
      isPast: date < today,
      outside: month !== '' && !date.startsWith(month),
      entries: own.map(entry),
      earlier: skipped,
      more: onDay - skipped - own.length,
    }
  })
}
