import { listNotices, markNoticesSeen } from '../../db/notices.ts'
import { seeOther } from '../answers.ts'
import { forMembers, type WebDeps } from '../env.ts'
import type { Renderer } from '../render.ts'
import { requireMember } from '../session.ts'

const most = 100

/** promise: U4: what this person was told in this workspace. */
export const noticesRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .get('/w/:workspace/notices', requireMember(), async (c) => {
      const { platforms, issuers } = deps.platforms
      const label = (name: string | null) => platforms.get(name ?? '')?.label ?? issuers.get(name ?? '')?.label ?? 'a platform'
      const notices = await listNotices(deps.sql, { workspaceId: c.var.workspace.id, userId: c.var.user.id }, most)
      return view.page(c, 'notices/index', { notices, label })
    })
    .post('/w/:workspace/notices/seen', requireMember(), async (c) => {
      await markNoticesSeen(deps.sql, { workspaceId: c.var.workspace.id, userId: c.var.user.id }, new Date(deps.now()))
      return seeOther(c, `/w/${c.var.workspace.slug}/notices`)
    })
