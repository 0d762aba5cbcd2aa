import { listAccountNames } from '../../../db/channels/account-facts.ts'
import { listNeeds } from '../../../db/notifications/needs.ts'
import { forMembers, type WebDeps } from '../../http/env.ts'
import type { Renderer } from '../../http/render.ts'
import { requireMember } from '../../http/session.ts'
import { loadLastWeek } from '../../insights/week/last-week.ts'
import { sayNeed } from '../../notifications/needs.ts'
import { loadNextStep } from '../../pages/next-step.ts'
import { firstPostPath, loadFirstSteps, missingOffers } from '../../people/first-steps.ts'
import { formats } from '../../time/formats.ts'
import { actAnswerOf } from '../post-page.ts'
import { loadToday } from './today.ts'

/** The Today page: today, tomorrow and what needs attention. */
export const todayRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers.createApp().get('/w/:workspace/today', requireMember(), async (c) => {
    const base = `/w/${c.var.workspace.slug}`
    const moreOn = (date: string, skip = 0) =>
      `${base}/calendar?view=list&at=${date}${skip > 0 ? `&skip=${skip}` : ''}`
    const frame = c.get('frame')
    const isPart = c.req.query('part') === 'days'
    const [days, steps, needs, week] = await Promise.all([
      loadToday(deps, c.var.workspace),
      isPart || frame?.hasSteps === false ? null : loadFirstSteps(deps, c.var),
      isPart || frame?.needCount === 0
        ? []
        : listNeeds(deps.sql, c.var.workspace.id, new Date(deps.now())),
      isPart ? null : loadLastWeek(deps, c.var.workspace),
    ])
    const data = { base, moreOn, ...days }
    if (isPart) return view.partial(c, 'today/_days', data)
    const isEmpty =
      [...data.near, ...data.later].every((day) => day.entries.length + day.earlier === 0) &&
      data.drafts.length === 0
    const step = isEmpty && !steps ? await loadNextStep(deps, c.var.workspace, c.var.role) : null
    const accounts = steps ? await listAccountNames(deps.sql, c.var.workspace.id) : []
    const did = c.req.query('did')
    const fmt = formats(c.var.workspace, deps.now())
    const answer = did ? await actAnswerOf(deps, c.var.workspace, did, null, fmt) : null
    const said = needs.map((need) => {
      const { platform, ...one } = sayNeed(need, fmt.when, deps.now())
      return { ...one, platform: platform && deps.platforms.platforms.get(platform) }
    })
    return view.page(c, 'today/show', {
      ...data,
      needs: said,
      next: days.nextAt && fmt.when(days.nextAt),
      answer,
      week,
      steps,
      isEmpty,
      step,
      offers: steps ? missingOffers(deps, accounts) : [],
      writePath: firstPostPath(deps, c.var.workspace, accounts),
    })
  })
