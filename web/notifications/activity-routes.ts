import { z } from 'zod'
import { listEvents } from '../../db/events.ts'
import { forMembers, type WebDeps } from '../env.ts'
import { eventWords } from '../event-words.ts'
import { formats } from '../formats.ts'
import type { Renderer } from '../render.ts'
import { requireMember } from '../session.ts'

const pageSize = 50

/** What happened in a workspace and who did it, newest first. */
export const activityRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers.createApp().get('/w/:workspace/activity', requireMember('admin'), async (c) => {
    const before = z.uuid().safeParse(c.req.query('before')).data ?? null
    const found = await listEvents(deps.sql, c.get('workspace').id, before, pageSize + 1)
    const { when } = formats(c.get('workspace').zone, deps.now())
    const label = (platform: string) => deps.platforms.platforms.get(platform)?.label ?? platform
    const events = found.slice(0, pageSize).map((event) => ({ ...event, words: eventWords(event, { label, when }) }))
    const older = found.length > pageSize ? events.at(-1)?.id : undefined
    return view.page(c, 'activity/index', { events, older, before })
  })
