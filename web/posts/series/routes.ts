import { HTTPException } from 'hono/http-exception'
import { formFields, seeOther } from '../../http/answers.ts'
import { forMembers, type WebDeps } from '../../http/env.ts'
import { idParam } from '../../http/ids.ts'
import type { Renderer } from '../../http/render.ts'
import { requireMember } from '../../http/session.ts'
import { readVersion } from '../seen.ts'
import { stopSeries } from './acts.ts'
import { seriesView } from './view.ts'

const one = '/w/:workspace/series/:series'

/** The page of a series, where it can be stopped. Every member can: planning posts is daily work. */
export const seriesRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .get(one, requireMember(), async (c) => {
      const ref = { workspaceId: c.var.workspace.id, seriesId: idParam(c, 'series') }
      const page = await seriesView(deps, c.var.workspace, ref)
      if (!page) throw new HTTPException(404)
      return view.page(c, 'posts/series', page)
    })
    .post(`${one}/stop`, requireMember(), async (c) => {
      const { workspace, user } = c.var
      const ref = { workspaceId: workspace.id, seriesId: idParam(c, 'series') }
      const { posts, version } = await formFields(c)
      const page = await seriesView(deps, workspace, ref)
      if (!page) throw new HTTPException(404)
      if (posts !== 'keep' && posts !== 'cancel') {
        const error = 'Choose what happens to the posts that are already scheduled.'
        return view.page(c, 'posts/series', { ...page, error }, 422)
      }
      const actor = { workspace, userId: user.id }
      const done = await stopSeries(deps, actor, ref, { posts, version: readVersion(version) })
      if (done === 'missing') throw new HTTPException(404)
      if (done === 'conflict') {
        const error = 'Its posts changed since you opened this page. Check them and stop it again.'
        const now = await seriesView(deps, workspace, ref)
        return view.page(c, 'posts/series', { ...now, error, chosen: posts }, 409)
      }
      return seeOther(c, `/w/${workspace.slug}/series/${ref.seriesId}`, 'series-stopped')
    })
