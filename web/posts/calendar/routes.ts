import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { listAccountNames } from '../../../db/channels/account-facts.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../../http/env.ts'
import type { Renderer } from '../../http/render.ts'
import { requireMember } from '../../http/session.ts'
import { loadNextStep } from '../../pages/next-step.ts'
import { addDays } from '../../time/days.ts'
import { formats } from '../../time/formats.ts'
import { dateOf, firstYear, lastYear } from '../../time/wall-time.ts'
import { actAnswerOf } from '../post-page.ts'
import { rangeTitle, readDate, spanAround } from './days.ts'
import { type Day, loadDays, readView, roomInList } from './page.ts'

/** The calendar: posts by month, by week or as a list, in the workspace's time zone. */
export const calendarRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers.createApp().get('/w/:workspace/calendar', requireMember(), async (c) => {
    const data = await calendarOf(deps, c)
    if (c.req.query('part') === 'grid') return view.partial(c, 'calendar/_grid', data)
    const isEmpty =
      data.drafts.length === 0 && data.weeks.flat().every((day) => day.entries.length === 0)
    const step = isEmpty ? await loadNextStep(deps, c.var.workspace, c.var.role) : null
    return view.page(c, 'calendar/index', { ...data, step })
  })

const calendarOf = async (deps: WebDeps, c: Context<MemberEnv>) => {
  const { workspace } = c.var
  const today = dateOf(new Date(deps.now()), workspace.zone)
  const shown = readView(c.req.query('view'))
  const at = readDate(c.req.query('at'), today)
  if (!at)
    throw new HTTPException(404, {
      message: `The calendar shows the years ${firstYear} to ${lastYear}.`,
    })
  const span = spanAround(shown, at, workspace.zone)
  const channels = await listAccountNames(deps.sql, workspace.id)
  const channel = channels.find((one) => one.id === c.req.query('channel')) ?? null
  const skip = Math.min(Number(/^\d{1,6}$/.exec(c.req.query('skip') ?? '')?.[0] ?? 0), 100_000)
  const days = await loadDays(deps, workspace, { span, channelId: channel?.id ?? null, skip })
  const listed = days.weeks.flat()
  const did = c.req.query('did')
  const base = `/w/${workspace.slug}`
  const keep = (change: Record<string, string>): string => {
    const query = new URLSearchParams({
      view: shown,
      at,
      ...(channel ? { channel: channel.id } : {}),
      ...change,
    })
    if (query.get('channel') === '') query.delete('channel')
    return `${base}/calendar?${query}`
  }
  const all = keep({ channel: '' })
  const moreOn = (date: string, past = 0) =>
    keep({ view: 'list', at: date, ...(past > 0 ? { skip: String(past) } : {}) })
  const answer = did
    ? await actAnswerOf(deps, workspace, did, null, formats(workspace.zone, deps.now()))
    : null
  return {
    ...days,
    base,
    span: shown === 'list' ? { ...span, title: rangeTitle(at, listed.at(-1)?.date ?? at) } : span,
    shown,
    today,
    channels: channels.map((one) => ({
      ...one,
      platform: deps.platforms.platforms.get(one.platform),
      href: `${all}&channel=${one.id}`,
    })),
    channel,
    all,
    here: keep(skip > 0 ? { skip: String(skip) } : {}),
    moreOn,
    earlierOn: (day: Day) => moreOn(day.date, day.earlier - roomInList),
    links: {
      before: keep({ at: shown === 'list' ? addDays(at, -listed.length) : span.before }),
      after: keep({ at: days.next ?? span.after }),
      today: keep({ at: today }),
      month: keep({ view: 'month' }),
      week: keep({ view: 'week' }),
      list: keep({ view: 'list' }),
    },
    answer: answer && { ...answer, back: keep({}) },
  }
}
