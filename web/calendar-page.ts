import { group } from 'd3-array'
import { type CalendarPost, type DatedPost, listCalendar, listUntimedDrafts } from '../db/calendar.ts'
import { isUnsent } from '../db/target-states.ts'
import type { Platform } from '../platforms/platform.ts'
import { type CalendarView, longDay, type Span, weekday } from './calendar-days.ts'
import type { WebDeps, Workspace } from './env.ts'
import { overallPill, type Pill } from './post-state.ts'
import { titleOf } from './post-title.ts'
import { dateOf, wallTimeOf } from './wall-time.ts'

/** A post on the calendar or in a list of days. */
export type Entry = {
  id: string
  title: string
  /** `10:00`; null for a draft without a time. */
  time: string | null
  dueAt: Date | null
  pill: Pill
  isDraft: boolean
  /** It has not left anywhere, so it can be dragged to another day. */
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
  /** Posts of the day that are not shown, since it has so many. */
  more: number
}

const draftsShown = 12
/** A cell stays a cell, and a page a page, whatever a day holds. */
const shownPerDay: Record<CalendarView, number> = { month: 6, week: 30, list: 100 }

/** The days of a span with their posts, and the drafts that have no time yet. */
export const loadDays = async (
  deps: WebDeps,
  workspace: Workspace,
  span: Span,
  channelId: string | null,
): Promise<{ weeks: Day[][]; drafts: Entry[] }> => {
  const { from, to, view } = span
  const { id: workspaceId, zone } = workspace
  const [posts, drafts] = await Promise.all([
    listCalendar(deps.sql, { workspaceId, from, to, zone, perDay: shownPerDay[view], channelId }),
    listUntimedDrafts(deps.sql, workspaceId, draftsShown),
  ])
  const today = dateOf(new Date(deps.now()), zone)
  const byDate = group(posts, (post) => post.date)
  const ofDay = (date: string) => dayOf(deps, workspace, { date, today, span, posts: byDate.get(date) ?? [] })
  return {
    weeks: span.weeks.map((week) => week.map(ofDay)),
    drafts: drafts.map((post) => entryOf(deps, workspace, post)),
  }
}

/** `month`, `week` or `list`; anything else is a month. */
export const readView = (typed: string | undefined): CalendarView => (typed === 'week' || typed === 'list' ? typed : 'month')

export const entryOf = (deps: WebDeps, workspace: Workspace, post: CalendarPost): Entry => {
  const platforms = post.targets.length > 0 ? [...new Set(post.targets.map((target) => target.platform))] : post.chosenPlatforms
  return {
    id: post.id,
    title: titleOf(post.text),
    time: post.dueAt ? wallTimeOf(post.dueAt, workspace.zone).slice(11) : null,
    dueAt: post.dueAt,
    pill: overallPill(post.state, post.targets),
    isDraft: post.state === 'draft',
    movable:
      post.targets.length === 0
        ? post.state === 'draft'
        : post.targets.every((target) => isUnsent(target.state) || target.state === 'missed'),
    badges: platforms.flatMap((name) => deps.platforms.platforms.get(name) ?? []),
  }
}

type DayToShow = { date: string; today: string; span: Span; posts: DatedPost[] }

const dayOf = (deps: WebDeps, workspace: Workspace, { date, today, span, posts }: DayToShow): Day => ({
  date,
  number: Number(date.slice(8)),
  weekday: weekday(date),
  long: longDay(date),
  isToday: date === today,
  isPast: date < today,
  outside: span.month !== '' && !date.startsWith(span.month),
  entries: posts.map((post) => entryOf(deps, workspace, post)),
  more: (posts[0]?.onDay ?? 0) - posts.length,
})
