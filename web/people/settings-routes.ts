import { z } from 'zod'
import { recordEvent } from '../../db/notifications/events.ts'
import { changeWorkspace, getWorkspaceSettings, knowsZone } from '../../db/people/workspaces.ts'
import { tx } from '../../db/postgres/connect.ts'
import { formFields, seeOther } from '../http/answers.ts'
import { forMembers, type WebDeps } from '../http/env.ts'
import {
  fieldErrorsOf,
  missedAfterHours,
  unknownZone,
  workspaceName,
  zone,
} from '../http/forms/fields.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import { zoneOptions } from '../time/zones.ts'

const settings = z.object({ name: workspaceName, zone, missedAfterHours })

/** The workspace's name, time zone and limit for late posts. */
export const settingsRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .get('/w/:workspace/settings', requireMember('admin'), async (c) => {
      const values = await getWorkspaceSettings(deps.sql, c.get('workspace').id)
      return view.page(c, 'settings/edit', { values, errors: {}, zones: zoneOptions(deps.now()) })
    })
    .post('/w/:workspace/settings', requireMember('admin'), async (c) => {
      const given = await formFields(c)
      const read = settings.safeParse({ name: '', zone: '', ...given })
      const asked = { values: given, zones: zoneOptions(deps.now()) }
      if (!read.success)
        return view.page(c, 'settings/edit', { ...asked, errors: fieldErrorsOf(read.error) }, 422)
      if (!(await knowsZone(deps.sql, read.data.zone)))
        return view.page(c, 'settings/edit', { ...asked, errors: { zone: unknownZone } }, 422)
      const { id, slug } = c.get('workspace')
      const { zone, missedAfterHours } = read.data
      await tx(deps.sql, async (t) => {
        await changeWorkspace(t, id, read.data, new Date(deps.now()))
        const facts = { zone, missedAfterHours }
        await recordEvent(t, {
          name: 'workspace.changed',
          workspaceId: id,
          userId: c.get('user').id,
          subjectId: id,
          facts,
        })
      })
      return seeOther(c, `/w/${slug}/settings`, 'workspace-saved')
    })
