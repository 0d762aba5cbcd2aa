import { z } from 'zod'
import { tx } from '../../db/connect.ts'
import { recordEvent } from '../../db/events.ts'
import { changeWorkspace, getWorkspaceSettings } from '../../db/workspaces.ts'
import { formFields, seeOther } from '../answers.ts'
import { forMembers, type WebDeps } from '../env.ts'
import { faultsOf, missedAfterHours, workspaceName, zone, zones } from '../fields.ts'
import type { Renderer } from '../render.ts'
import { requireMember } from '../session.ts'

const settings = z.object({ name: workspaceName, zone, missedAfterHours })

/** Name, time zone and the limit for late posts of one workspace. */
export const settingsRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .get('/w/:workspace/settings', requireMember('admin'), async (c) => {
      const values = await getWorkspaceSettings(deps.sql, c.get('workspace').id)
      return view.page(c, 'settings/edit', { values, errors: {}, zones })
    })
    .post('/w/:workspace/settings', requireMember('admin'), async (c) => {
      const given = await formFields(c)
      const read = settings.safeParse({ name: '', zone: '', ...given })
      if (!read.success) return view.page(c, 'settings/edit', { values: given, errors: faultsOf(read.error), zones }, 422)
      const { id, slug } = c.get('workspace')
      const { zone, missedAfterHours } = read.data
      await tx(deps.sql, async (t) => {
        await changeWorkspace(t, id, read.data)
        const facts = { zone, missedAfterHours }
        await recordEvent(t, { name: 'workspace.changed', workspaceId: id, userId: c.get('user').id, subjectId: id, facts })
      })
      return seeOther(c, `/w/${slug}/settings`, 'workspace-saved')
    })
