import type { Context } from 'hono'
import { listBusyDays } from '../../../db/posts/calendar/busy-days.ts'
import { listSlots, listTakenTimes } from '../../../db/posts/slots.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../../http/env.ts'
import { isId } from '../../http/ids.ts'
import type { Renderer } from '../../http/render.ts'
import { requireMember } from '../../http/session.ts'
import { calendarDates } from '../../time/dates.ts'
import { formats } from '../../time/formats.ts'
import { dateOf, startOfDay, wallTimeOf } from '../../time/wall-time.ts'
import { isZone } from '../../time/zones.ts'
import { boundsOf, readDate, spanAround } from '../calendar/days.ts'
import { slotsOnDate } from './slots.ts'

/** More accounts than a post has. */
const channelsMost = 100

/**
 * The month of the picker, for its script: which days have posts, and the free slots of the chosen
 * day on the chosen accounts. Without the script, people type a date.
 */
export const monthRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers.createApp().get('/w/:workspace/posts/month', requireMember(), async (c) =>
    // Its address alone shows no page.
    c.req.header('Sec-Fetch-Dest') === 'document'
      ? c.redirect(`/w/${c.var.workspace.slug}/posts/new`, 303)
      : view.partial(c, 'posts/composer/_month', await monthOf(deps, c)),
  )

const monthOf = async (deps: WebDeps, c: Context<MemberEnv>) => {
  const { workspace } = c.var
  const asked = c.req.query('zone') ?? ''
  const zone = isZone(asked) ? asked : workspace.zone
  const today = dateOf(new Date(deps.now()), zone)
  const picked = c.req.query('day')
  const day = picked ? readDate(picked, today) : null
  const at = readDate(c.req.query('at') ?? day ?? undefined, today) ?? today
  const span = spanAround('month', at, { zone, dates: workspace.dates })
  const dates = span.weeks.flat()
  const on = calendarDates(workspace.dates)
  const [busy, slots] = await Promise.all([
    listBusyDays(deps.sql, workspace.id, boundsOf(dates, zone)),
    day ? freeSlots(deps, c, day, zone) : [],
  ])
  const posts = new Map(busy.map((one) => [one.date, one.posts]))
  return {
    title: span.title,
    month: span.month,
    before: span.before,
    after: span.after,
    weekdays: dates.slice(0, 7).map(on.weekday),
    weeks: span.weeks.map((week) =>
      week.map((date) => ({
        date,
        number: Number(date.slice(8)),
        words: on.longDay(date),
        posts: posts.get(date) ?? 0,
        isOther: !date.startsWith(span.month),
        isPast: date < today,
        isToday: date === today,
        isChosen: date === day,
      })),
    ),
    slots,
    day,
  }
}

/** Free slots of the chosen accounts on a day. Each time once, with how many accounts have it. */
const freeSlots = async (deps: WebDeps, c: Context<MemberEnv>, day: string, zone: string) => {
  const { workspace } = c.var
  const channelIds = (c.req.queries('channel') ?? []).filter(isId).slice(0, channelsMost)
  if (channelIds.length === 0) return []
  const post = c.req.query('post')
  const after = startOfDay(day, zone)
  const [slots, taken] = await Promise.all([
    listSlots(deps.sql, workspace.id, channelIds),
    listTakenTimes(deps.sql, {
      workspaceId: workspace.id,
      channelIds,
      postId: isId(post) ? post : null,
      after,
      before: new Date(after.getTime() + 26 * 3_600_000),
    }),
  ])
  const fmt = formats({ zone, dates: workspace.dates }, deps.now())
  const times = channelIds.flatMap((id) => {
    const own = slots.filter((slot) => slot.channelId === id)
    const busy = taken.filter((one) => one.channelId === id).map((one) => one.dueAt.getTime())
    return slotsOnDate(own, day, zone)
      .map((at) => at.getTime())
      .filter((atMs) => atMs > deps.now() && !busy.includes(atMs))
  })
  return [...new Set(times)]
    .sort((a, b) => a - b)
    .map((atMs) => ({
      clock: wallTimeOf(new Date(atMs), zone).slice(11),
      words: fmt.time(new Date(atMs)),
      isForAll: times.filter((other) => other === atMs).length === channelIds.length,
    }))
}
