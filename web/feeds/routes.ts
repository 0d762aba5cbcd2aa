import { z } from 'zod'
import {
  deleteFeed,
  type FeedKind,
  feedKinds,
  listFeeds,
  replaceFeed,
} from '../../db/feeds/feeds.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { tx } from '../../db/postgres/connect.ts'
import { seeOther } from '../http/answers.ts'
import { type AnyContext, forMembers, type WebDeps } from '../http/env.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import { requireFresh } from '../people/sign-in/confirming.ts'
import { feedDays } from './public-routes.ts'

const base = '/w/:workspace/feeds'
const kindOf = z.enum(feedKinds)

/** A member's links for calendar programs and feed readers. Each person sees only their own. */
export const feedRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .get(base, requireMember(), (c) => show(c, deps, view))
    .post(`${base}/:kind/link`, requireMember(), requireFresh(deps, view), async (c) => {
      const kind = kindOf.safeParse(c.req.param('kind'))
      if (!kind.success) return c.notFound()
      const code = await make(c, deps, kind.data)
      const ending = kind.data === 'published' ? 'xml' : 'ics'
      const url = `${deps.config.publicUrl}/feeds/${code}.${ending}`
      // Only this page shows the code, so the POST answers with the page instead of a redirect.
      return show(c, deps, view, { kind: kind.data, url })
    })
    .post(`${base}/:kind/delete`, requireMember(), async (c) => {
      const kind = kindOf.safeParse(c.req.param('kind'))
      if (!kind.success || !(await remove(c, deps, kind.data))) return c.notFound()
      return seeOther(c, `/w/${c.get('workspace').slug}/feeds`, 'feed-deleted')
    })

const show = async (
  c: AnyContext,
  deps: WebDeps,
  view: Renderer,
  made?: { kind: FeedKind; url: string },
): Promise<Response> => {
  const feeds = await listFeeds(deps.sql, ownerOf(c))
  const byKind = new Map(feeds.map((feed) => [feed.kind, feed]))
  c.header('Cache-Control', 'no-store')
  return view.page(c, 'feeds/index', { kinds: feedKinds, byKind, days: feedDays, made })
}

const ownerOf = (c: AnyContext) => ({
  workspaceId: c.get('workspace').id as string,
  userId: c.get('user').id as string,
})

const make = (c: AnyContext, deps: WebDeps, kind: FeedKind): Promise<string> =>
  tx(deps.sql, async (t) => {
    const owner = ownerOf(c)
    const { id, code } = await replaceFeed(t, owner, kind, new Date(deps.now()))
    await recordEvent(t, { name: 'feed.made', ...owner, subjectId: id, facts: { kind } })
    return code
  })

const remove = (c: AnyContext, deps: WebDeps, kind: FeedKind): Promise<boolean> =>
  tx(deps.sql, async (t) => {
    const owner = ownerOf(c)
    const id = await deleteFeed(t, owner, kind)
    if (id) await recordEvent(t, { name: 'feed.deleted', ...owner, subjectId: id, facts: { kind } })
    return id !== null
  })
