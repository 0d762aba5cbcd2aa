import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { sendCsv } from '../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../http/env.ts'
import { isId } from '../http/ids.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import type { AnnotationForm } from './annotations/annotations.ts'
import { insightsCsv } from './csv.ts'
import { type Insights, loadInsights, type Query } from './page.ts'
import { loadPostReadings, readingsCsv } from './post-readings.ts'
import { insightsView } from './shown/page-view.ts'
import { type AskedInsights, createShown, type ShownInsights } from './shown/shown.ts'
import { sayTooLong } from './shown/too-long.ts'

/**
 * Analytics of a workspace, of an account and of a post. Each table is also available as CSV.
 * promise: U3, D5
 */
export const insightsRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember()
  const shown = createShown(deps, view)
  return forMembers
    .createApp()
    .get('/w/:workspace/insights', guard, async (c) =>
      showInsights(deps, view, c, await shown(c, askedIn(c, null))),
    )
    .get('/w/:workspace/insights.csv', guard, (c) => table(deps, c, null))
    .get('/w/:workspace/insights/:channel', guard, async (c) => {
      const [id, ...endings] = c.req.param('channel').split('.')
      if (!isId(id) || endings.length > 1 || (endings[0] ?? 'csv') !== 'csv')
        throw new HTTPException(404)
      if (endings.length > 0) return await table(deps, c, id)
      return await showInsights(deps, view, c, await shown(c, askedIn(c, id)))
    })
    .get('/w/:workspace/posts/:post/numbers.csv', guard, async (c) => {
      const post = c.req.param('post')
      const readings = isId(post) ? await loadPostReadings(deps, c.var.workspace.id, post) : null
      if (!readings) throw new HTTPException(404)
      return sendCsv(c, readingsCsv(deps.platforms, readings), 'post')
    })
}

/**
 * The page. `form`: a note that was not added, with what is wrong with it.
 */
export const showInsights = async (
  deps: WebDeps,
  view: Renderer,
  c: Context<MemberEnv>,
  shown: ShownInsights,
  form: AnnotationForm | null = null,
): Promise<Response> => {
  const viewer = { userId: c.var.user.id, role: c.var.role }
  return view.page(
    c,
    'insights/index',
    await insightsView(deps, shown, { viewer, form }),
    form || isFaulty(shown.insights) ? 422 : 200,
  )
}

export const askedIn = (c: Context<MemberEnv>, channelId: string | null): AskedInsights => ({
  ...{ channelId, query: queryOf(c) },
  allAccounts: c.req.query('accounts') === 'all',
})

const table = async (
  deps: WebDeps,
  c: Context<MemberEnv>,
  channelId: string | null,
): Promise<Response> => {
  const name = c.req.query('table')
  const insights = await loadInsights(deps, c.var.workspace, channelId, queryOf(c), {
    posts: 0,
    accounts: Number.POSITIVE_INFINITY,
  })
  const { from, to } = insights.asked.faults
  if (isFaulty(insights)) throw new HTTPException(422, { message: from ?? to ?? '' })
  const parts = await insightsCsv(deps, insights, name).catch(sayTooLong(insights.scope, false))
  if (parts === null) throw new HTTPException(404)
  const { made, filters, range } = insights
  const limits = [
    made === 'here' ? 'made-here' : null,
    filters.platform?.name,
    filters.kind?.name,
    filters.label ? 'labeled' : null,
  ]
  const names = [name ?? 'days', ...limits, range.from, range.to].filter(
    (one) => typeof one === 'string',
  )
  return sendCsv(c, parts, names.join('-'))
}

const isFaulty = ({ asked }: Insights): boolean => Boolean(asked.faults.from ?? asked.faults.to)

const queryOf = (c: Context<MemberEnv>): Query => {
  const { range, from, to, by, metric, made, platform, format, label } = c.req.query()
  return { range, from, to, by, metric, made, platform, format, label }
}
