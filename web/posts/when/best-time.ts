import { listTimedPosts } from '../../../db/insights/post-numbers.ts'
import type { Db } from '../../../db/postgres/connect.ts'
import type { HourRating } from '../../insights/best-hours.ts'
import { ratedHours } from '../../insights/rated-hours.ts'
import { clockWords, monthAndYear, weekdayNames } from '../../time/dates.ts'
import { addDays } from '../../time/days.ts'
import type { ReaderTime } from '../../time/formats.ts'
import { dateOf, readWallTime } from '../../time/wall-time.ts'

/** The next time at which posts did better than usual. `at`: such as `2026-12-06T19:00`. */
export type BestTime = { at: string; dueAt: Date; words: string } | { at: null; words: string }

type Wanted = { workspace: { id: string } & ReaderTime; channelIds: string[]; nowMs: number }
type Rated = { hours: HourRating[]; posts: number }

const dayMs = 86_400_000
const spanDays = 365
/** The newest posts are enough for advice, and a check of the composer reads no more than this. */
const mostPosts = 600
/** With fewer posts, nothing is said about hours. */
const leastPosts = 20
/** A time that is sooner isn't offered: the post still has to be finished. */
const leastLeadMs = 5 * 60_000

/**
 * Ratings of the last minutes, newest last: while a person types, the composer needs the same one
 * several times. Numbers change a few times a day.
 */
const kept = new Map<string, { atMs: number; rated: Promise<Rated> }>()
const keepMs = 600_000
const mostKept = 200

export const findBestTime = async (sql: Db, wanted: Wanted): Promise<BestTime> => {
  const { hours, posts } = await rateOnce(sql, wanted)
  if (posts < leastPosts)
    return { at: null, words: `Not enough posts yet (${posts} of ${leastPosts}).` }
  const best = hours.filter((one) => one.stands).sort((a, b) => b.gain - a.gain)[0]
  const next = best && nextAt(best.hourOfWeek, wanted)
  if (!best || !next) return { at: null, words: 'No hour stands out yet.' }
  return { ...next, words: evidence(best, wanted.workspace) }
}

const rateOnce = (sql: Db, wanted: Wanted): Promise<Rated> => {
  const { workspace, channelIds, nowMs } = wanted
  const key = `${workspace.id} ${workspace.zone} ${[...channelIds].sort().join(' ')}`
  const found = kept.get(key)
  if (found && nowMs - found.atMs < keepMs) return found.rated
  const rated = rate(sql, wanted)
  kept.delete(key)
  kept.set(key, { atMs: nowMs, rated })
  const [oldest] = kept.keys()
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest)
  rated.catch(() => kept.delete(key))
  return rated
}

const rate = async (sql: Db, { workspace, channelIds, nowMs }: Wanted): Promise<Rated> => {
  const span = { from: new Date(nowMs - spanDays * dayMs), to: new Date(nowMs) }
  const scope = { workspaceId: workspace.id, channelIds, made: 'all' as const, kind: null }
  const timedPosts = await listTimedPosts(sql, scope, span, workspace.zone, mostPosts)
  const posts = timedPosts.filter((post) => post.viewsAtDay !== null).length
  return { hours: posts < leastPosts ? [] : ratedHours({ timedPosts }), posts }
}

/** The next such hour that exists once: where the clocks change, the week after. */
const nextAt = (hourOfWeek: number, { workspace, nowMs }: Wanted) => {
  const today = dateOf(new Date(nowMs), workspace.zone)
  const clock = `${String(hourOfWeek % 24).padStart(2, '0')}:00`
  const todayIs = (new Date(`${today}T00:00Z`).getUTCDay() + 6) % 7
  const first = (Math.floor(hourOfWeek / 24) - todayIs + 7) % 7
  for (const weeks of [0, 1, 2]) {
    const at = `${addDays(today, first + weeks * 7)}T${clock}`
    const time = readWallTime(at, workspace.zone, null)
    if (time.ok && time.dueAt.getTime() > nowMs + leastLeadMs) return { at, dueAt: time.dueAt }
  }
  return undefined
}

const evidence = (
  { hourOfWeek, gain, posts, sinceMs }: HourRating,
  { zone, dates }: ReaderTime,
): string => {
  const day = weekdayNames[Math.floor(hourOfWeek / 24)]
  const hour = clockWords(`${String(hourOfWeek % 24).padStart(2, '0')}:00`, dates)
  const since = monthAndYear(dateOf(new Date(sinceMs), zone))
  return `Posts on ${day} at ${hour} got about ${Math.round((gain - 1) * 100)}% more views than usual. Based on ${posts} posts since ${since}.`
}
