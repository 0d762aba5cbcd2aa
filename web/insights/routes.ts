import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { forMembers, type MemberEnv, type WebDeps } from '../env.ts'
import { isId } from '../ids.ts'
import { insightsCsv } from '../insights-csv.ts'
import { type Insights, loadInsights, type Query } from '../insights-page.ts'
import { insightsView } from '../insights-view.ts'
import { loadPostReadings, readingsCsv } from '../post-readings.ts'
import type { Renderer } from '../render.ts'
import { requireMember } from '../session.ts'

/** A table of posts may be longer than the page's list. */
const csvPosts = 5_000

/** How posts did: of the workspace, of one account, of one post; each table also as CSV. promise: U3, D5 */
export const insightsRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember()
  return forMembers
    .createApp()
    .get('/w/:workspace/insights', guard, (c) => show(deps, view, c, null))
    .get('/w/:workspace/insights.csv', guard, (c) => table(deps, c, null))
    .get('/w/:workspace/insights/:channel', guard, (c) => {
      const [id, ending] = c.req.param('channel').split('.', 2)
      if (!isId(id) || (ending !== undefined && ending !== 'csv')) throw new HTTPException(404)
      return ending ? table(deps, c, id) : show(deps, view, c, id)
    })
    .get('/w/:workspace/posts/:post/numbers.csv', guard, async (c) => {
      const post = c.req.param('post')
      const readings = isId(post) ? await loadPostReadings(deps, c.var.workspace.id, post) : null
      if (!readings) throw new HTTPException(404)
      return csv(c, readingsCsv(readings), 'post')
    })
}

const show = async (deps: WebDeps, view: Renderer, c: Context<MemberEnv>, channelId: string | null): Promise<Response> => {
  const insights = await loadInsights(deps, c.var.workspace, channelId, queryOf(c))
  return view.page(c, 'insights/index', await insightsView(deps, insights), isFaulty(insights) ? 422 : 200)
}

const table = async (deps: WebDeps, c: Context<MemberEnv>, channelId: string | null): Promise<Response> => {
  const name = c.req.query('table')
  const insights = await loadInsights(deps, c.var.workspace, channelId, queryOf(c), name === 'posts' ? csvPosts : 0)
  const { from, to } = insights.asked.faults
  if (isFaulty(insights)) throw new HTTPException(422, { message: from ?? to ?? '' })
  const text = await insightsCsv(deps, insights, name)
  if (text === null) throw new HTTPException(404)
  return csv(c, text, `${name ?? 'days'}-${insights.range.from}-${insights.range.to}`)
}

const isFaulty = ({ asked }: Insights): boolean => Boolean(asked.faults.from ?? asked.faults.to)

const queryOf = (c: Context<MemberEnv>): Query => {
  const { range, from, to, by } = c.req.query()
  return { range, from, to, by }
}

const csv = (c: Context<MemberEnv>, text: string, what: string): Response =>
  c.body(text, 200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="${c.var.workspace.slug}-${what}.csv"`,
    'Cache-Control': 'no-store',
  })
