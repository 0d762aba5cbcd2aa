import { group } from 'd3-array'
import type { CalendarPicture } from '../../../db/posts/calendar/pictures.ts'
import type { CalendarPost, DatedPost } from '../../../db/posts/calendar/posts.ts'
import { mayStart } from '../../../db/posts/target-transitions.ts'
import type { Platform } from '../../../platforms/platform.ts'
import type { WebDeps, Workspace } from '../../http/env.ts'
import { type Formats, formats } from '../../time/formats.ts'
import { dateOf } from '../../time/wall-time.ts'
import { inboxWords, overallPill, type Pill } from '../post-state.ts'
import { titleOf } from '../post-title.ts'
import { stateIcon } from './state-icon.ts'

/** A post on the calendar or in a list of days. */
export type Entry = {
  id: string
  /** The version that is shown. A drag sends it back to detect conflicts. */
  version: number
  title: string
  /** The first letters of its text, for a post without a picture. */
  letters: string
  picture: CalendarPicture | null
  /** `10:00 AM`. Null for a draft without a time. */
  time: string | null
  /** `18:00`, as a form field takes it. */
  clock: string | null
  dueAt: Date | null
  pill: Pill
  icon: string
  /** `1.2K`. Empty if no platform has reported views. */
  views: string
  /** What a person has to do for a draft in a platform's inbox. Empty if there is none. */
  note: string
  isDraft: boolean
  /** Whether it is one of a series. */
  repeats: boolean
  /** Who wrote a draft without a time, and when it was last changed: `Ada, today 14:02`. */
  by: string
  /** Whether it can be dragged to another day: nothing has been sent yet. */
  movable: boolean
  badges: Platform[]
}

export type Day = {
  date: string
  number: number
  /** `30`, or `1 Dec` where a month begins. */
  label: string
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

export type Reader = { today: string; on: Formats['on']; entry(post: CalendarPost): Entry }

export const entryReader = (deps: WebDeps, workspace: Workspace): Reader => {
  const fmt = formats(workspace, deps.now())
  const today = dateOf(new Date(deps.now()), workspace.zone)
  return { today, on: fmt.on, entry: (post) => entryOf(deps, fmt, post) }
}

const entryOf = (deps: WebDeps, fmt: Formats, post: CalendarPost): Entry => {
  const { clock, when } = fmt
  const platforms =
    post.targets.length > 0
      ? new Set(post.targets.map((target) => target.platform))
      : post.chosenPlatforms
  const pill = overallPill(post.state, post.targets, post.review)
  return {
    id: post.id,
    version: post.version,
    title: titleOf(post.text),
    letters: lettersOf(post.text),
    picture: post.picture,
    time: post.dueAt ? clock(post.dueAt) : null,
    clock: post.dueAt ? fmt.field(post.dueAt) : null,
    dueAt: post.dueAt,
    pill,
    icon: stateIcon(pill),
    views: post.views === null ? '' : fmt.compact(post.views),
    note: inboxWords(
      post.targets,
      (name) => deps.platforms.platforms.get(name)?.label ?? name,
      when,
    ),
    isDraft: post.state === 'draft',
    repeats: post.repeats,
    by: post.updatedAt ? [post.author, when(post.updatedAt)].filter(Boolean).join(', ') : '',
    movable:
      post.targets.length === 0
        ? post.state === 'draft'
        : post.targets.every((target) => mayStart('move', target.state)),
    badges: [...platforms].flatMap((name) => deps.platforms.platforms.get(name) ?? []),
  }
}

const lettersOf = (text: string): string =>
  [...(text.match(/[\p{L}\p{N}]/u)?.[0] ?? '')].join('').toLocaleUpperCase('en')

export type DaysToShow = { dates: string[]; posts: DatedPost[]; month: string }

export const daysWith = (
  { today, on, entry }: Reader,
  { dates, posts, month }: DaysToShow,
): Day[] => {
  const byDate = group(posts, (post) => post.date)
  return dates.map((date, index) => {
    const own = byDate.get(date) ?? []
    const { onDay = 0, skipped = 0 } = own[0] ?? {}
    const number = Number(date.slice(8))
    return {
      date,
      number,
      label: index === 0 || number === 1 ? on.dayAndMonth(date) : String(number),
      weekday: on.weekday(date),
      long: on.longDay(date),
      isToday: date === today,
      isPast: date < today,
      outside: month !== '' && !date.startsWith(month),
      entries: own.map(entry),
      earlier: skipped,
      more: onDay - skipped - own.length,
    }
  })
}
