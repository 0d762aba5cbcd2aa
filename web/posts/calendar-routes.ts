import type { Context } from 'hono'
import { listChannelsToCompose } from '../../db/account-facts.ts'
import { readDate, spanAround } from '../calendar-days.ts'
import { loadDays, readView } from '../calendar-page.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../env.ts'
import { formats } from '../formats.ts'
import { answerOf } from '../post-page.ts'
import type { Renderer } from '../render.ts'
import { requireMember } from '../session.ts'
import { dateOf } from '../wall-time.ts'

/** What goes out when, and does anything need me: a month, a week or a list, in the workspace's zone. */
export const calendarRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers.createApp().get('/w/:workspace/calendar', requireMember(), async (c) => {
    const data = await calendarOf(deps, c)
    return c.req.query('part') === 'grid' ? view.partial(c, 'calendar/_grid', data) : view.page(c, 'calendar/index', data)
  })

const calendarOf = async (deps: WebDeps, c: Context<MemberEnv>) => {
  const { workspace } = c.var
  const today = dateOf(new Date(deps.now()), workspace.zone)
  const shown = readView(c.req.query('view'))
  const at = readDate(c.req.query('at'), today)
  const span = spanAround(shown, at, workspace.zone)
  const channels = await listChannelsToCompose(deps.sql, workspace.id, [])
  const channel = channels.find((one) => one.id === c.req.query('channel')) ?? null
  const days = await loadDays(deps, workspace, span, channel?.id ?? null)
  const did = c.req.query('did')
  const base = `/w/${workspace.slug}`
  const keep = (change: Record<string, string>): string => {
    const query = new URLSearchParams({ view: shown, at, ...(channel ? { channel: channel.id } : {}), ...change })
    if (query.get('channel') === '') query.delete('channel')
    return `${base}/calendar?${query}`
  }
  return {
    ...days,
    base,
    span,
    shown,
    today,
    channels: channels.map((one) => ({
      ...one,
      platform: deps.platforms.platforms.get(one.platform),
      href: keep({ channel: one.id }),
    })),
    channel,
    all: keep({ channel: '' }),
    here: keep({}),
    moreOn: (date: string) => keep({ view: 'list', at: date }),
    links: {
      before: keep({ at: span.before }),
      after: keep({ at: span.after }),
      today: keep({ at: today }),
      month: keep({ view: 'month' }),
      week: keep({ view: 'week' }),
      list: keep({ view: 'list' }),
    },
    answer: did ? await answerOf(deps, workspace, did, null, formats(workspace.zone, deps.now())) : null,
  }
}
