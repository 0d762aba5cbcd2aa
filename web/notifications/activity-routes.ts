import { z } from 'zod'
import { listEvents } from '../../db/notifications/events.ts'
import { forMembers, type WebDeps } from '../http/env.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import { loadNextStep } from '../pages/next-step.ts'
import { formats } from '../time/formats.ts'
import { eventWords } from './event-words.ts'

const pageSize = 50

/** What happened in a workspace and who did it, newest first. */
export const activityRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers.createApp().get('/w/:workspace/activity', requireMember('admin'), async (c) => {
    const before = z.uuid().safeParse(c.req.query('before')).data ?? null
    const found = await listEvents(deps.sql, c.get('workspace').id, before, pageSize + 1)
    const { when } = formats(c.get('workspace'), deps.now())
    const label = (platform: string) => deps.platforms.platforms.get(platform)?.label ?? platform
    const events = found
      .slice(0, pageSize)
      .map((event) => ({ ...event, words: eventWords(event, { label, when }) }))
    const older = found.length > pageSize ? events.at(-1)?.id : undefined
    const step = events.length === 0 ? await loadNextStep(deps, c.var.workspace, c.var.role) : null
    return view.page(c, 'activity/index', { events, older, before, step })
  })
