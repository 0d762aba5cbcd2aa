import type { GraphCall } from '../calls/call.ts'
import { requirePageAccess, requireScopes } from '../calls/caller.ts'
import { NotSimulated, refuse } from '../calls/refusal.ts'
import { graphTime } from '../ids.ts'
import type { Meta } from '../meta.ts'
import type { Page } from '../state.ts'
import { insight, readMetrics, readMoment, timePaging } from './answer.ts'
import {
  addUp,
  difference,
  followersAt,
  insightsMoment,
  olderReception,
  type Reception,
  reception,
} from './audience.ts'
import { pacificDays } from './pacific-day.ts'
import { filmOf } from './post.ts'

const dayMs = 86_400_000

/** `watchedMs`: how long people watched the Page's videos that day. */
type Day = { got: Reception; videos: Reception; watchedMs: number; before: number; after: number }

/** Metrics that exist in November 2026 (fact sheet 4.4). */
const metrics: Record<string, (day: Day) => number> = {
  page_media_view: ({ got }) => got.views,
  page_total_media_view_unique: ({ got }) => got.reach,
  page_post_engagements: ({ got }) => got.interactions,
  page_follows: ({ after }) => after,
  page_daily_follows: ({ before, after }) => Math.max(0, after - before) + 1,
  page_daily_follows_unique: ({ before, after }) => Math.max(0, after - before) + 1,
  page_daily_unfollows_unique: ({ before, after }) => Math.max(0, before - after) + 1,
  page_views_total: ({ got }) => Math.floor(got.views / 30),
  page_total_actions: ({ got }) => Math.floor(got.views / 120),
  page_video_views: ({ videos }) => videos.views,
  page_video_view_time: ({ watchedMs }) => watchedMs,
  page_actions_post_reactions_like_total: ({ got }) => got.likes,
  page_actions_post_reactions_love_total: () => 0,
  page_actions_post_reactions_wow_total: () => 0,
  page_actions_post_reactions_haha_total: () => 0,
  page_actions_post_reactions_sorry_total: () => 0,
  page_actions_post_reactions_anger_total: () => 0,
}

const spanDays: Record<string, number> = { day: 1, week: 7, days_28: 28 }

/** GET /{page-id}/insights. */
export function readPageInsights(call: GraphCall): object {
  const { meta, parameters } = call
  const { page, caller } = requirePageAccess(meta, call.caller, call.c.req.param('id') ?? '', 'get')
  if (caller.kind !== 'page')
    throw refuse.general(190, undefined, 'This method must be called with a Page Access Token', {
      challenge: 'invalid_token',
    })
  requireScopes(caller, ['read_insights', 'pages_read_engagement'])
  if (!page.roles[caller.person.id]?.includes('ANALYZE'))
    throw refuse.general(200, undefined, '(#200) The task ANALYZE is needed on this Page.')
  const names = readMetrics(call, Object.keys(metrics))
  if (parameters.text('breakdown')) throw new NotSimulated('breakdowns of Page insights')
  const period = parameters.text('period') ?? 'day'
  const days = spanDays[period]
  if (!days) throw refuse.parameter('Param period must be one of {day, week, days_28}')
  const untilMs = readMoment(call, 'until') ?? meta.world.clock.now()
  const sinceMs = readMoment(call, 'since') ?? untilMs - 2 * dayMs
  if (untilMs - sinceMs > 90 * dayMs)
    throw refuse.parameter('There cannot be more than 90 days (7776000 s) between since and until.')
  if (page.followers < 100) return { data: [] }
  const ends = pacificDays(sinceMs, Math.min(untilMs, insightsMoment(meta))).map(
    ({ endMs }) => endMs,
  )
  const seen = ends.map((endMs) => ({
    endMs,
    day: readDay(meta, page, endMs - days * dayMs, endMs),
  }))
  const data = names.map((name) =>
    insight(page.id, name, period, {
      values: seen.map(({ endMs, day }) => ({
        value: metrics[name]?.(day),
        end_time: graphTime(endMs),
      })),
    }),
  )
  return { data: ends.length > 0 ? data : [], paging: timePaging(call, sinceMs, untilMs) }
}

function readDay(meta: Meta, page: Page, fromMs: number, toMs: number): Day {
  const posts = Object.values(meta.state.posts).filter(
    (post) => post.pageId === page.id && post.published,
  )
  const videos = posts.filter((post) => post.videoId !== null)
  const sum = (atMs: number) =>
    addUp([olderReception(page.id, atMs), ...posts.map((post) => reception(meta, post, atMs))])
  const sumVideos = (atMs: number) => addUp(videos.map((post) => reception(meta, post, atMs)))
  const sumWatched = (atMs: number) =>
    videos.reduce((sum, post) => sum + filmOf(meta, post, reception(meta, post, atMs)).totalMs, 0)
  return {
    got: difference(sum(toMs), sum(fromMs)),
    videos: difference(sumVideos(toMs), sumVideos(fromMs)),
    watchedMs: sumWatched(toMs) - sumWatched(fromMs),
    before: followersAt(page, fromMs),
    after: followersAt(page, toMs),
  }
}
