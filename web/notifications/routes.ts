import {
  listNotices,
  markNoticesSeen,
  markNoticesUnseen,
} from '../../db/notifications/notifications.ts'
import { seeOther } from '../http/answers.ts'
import { forMembers, type WebDeps } from '../http/env.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'

const most = 100

/** promise: U4: this person's notifications in this workspace. */
export const noticesRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .get('/w/:workspace/notices', requireMember(), async (c) => {
      const { platforms, issuers } = deps.platforms
      const label = (name: string | null) =>
        platforms.get(name ?? '')?.label ?? issuers.get(name ?? '')?.label ?? 'a platform'
      const notices = await listNotices(
        deps.sql,
        { workspaceId: c.var.workspace.id, userId: c.var.user.id },
        most,
      )
      return view.page(c, 'notices/index', { notices, label })
    })
    .post('/w/:workspace/notices/seen', requireMember(), async (c) => {
      const now = deps.now()
      await markNoticesSeen(
        deps.sql,
        { workspaceId: c.var.workspace.id, userId: c.var.user.id },
        new Date(now),
      )
      return seeOther(c, `/w/${c.var.workspace.slug}/notices`, 'notices-seen', String(now))
    })
    .post('/w/:workspace/notices/unseen/:at{[0-9]{13}}', requireMember(), async (c) => {
      const at = new Date(Number(c.req.param('at')))
      await markNoticesUnseen(
        deps.sql,
        { workspaceId: c.var.workspace.id, userId: c.var.user.id },
        at,
      )
      return seeOther(c, `/w/${c.var.workspace.slug}/notices`)
    })
