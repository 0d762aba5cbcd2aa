import { nextDate, spanAround } from '../calendar-days.ts'
import { loadDays } from '../calendar-page.ts'
import { forMembers, type WebDeps } from '../env.ts'
import type { Renderer } from '../render.ts'
import { requireMember } from '../session.ts'
import { dateOf } from '../wall-time.ts'

/** Today and tomorrow, and what needs a person: the page for a phone in one hand. */
export const todayRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers.createApp().get('/w/:workspace/today', requireMember(), async (c) => {
    const { workspace } = c.var
    const today = dateOf(new Date(deps.now()), workspace.zone)
    const { weeks, drafts } = await loadDays(deps, workspace, spanAround('list', today, workspace.zone), null)
    const days = weeks.flat()
    const tomorrow = nextDate(today)
    const near = days.filter((day) => day.date <= tomorrow)
    const later = days.filter((day) => day.date > tomorrow && day.entries.length > 0).slice(0, 3)
    const data = { base: `/w/${workspace.slug}`, near, later, drafts }
    return c.req.query('part') === 'days' ? view.partial(c, 'today/_days', data) : view.page(c, 'today/show', data)
  })
