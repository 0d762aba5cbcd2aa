import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { mayWatch } from '../../db/notifications/watchers.ts'
import { findImport } from '../../db/posts/imports/imports.ts'
import { findPost } from '../../db/posts/posts.ts'
import { isOpen } from '../../db/posts/target-states.ts'
import { listTargets } from '../../db/posts/targets.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../http/env.ts'
import { type EventStream, eventStream } from '../http/event-stream.ts'
import { idParam } from '../http/ids.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import { createStreamLimit, type StreamLimit } from '../http/stream-limit.ts'
import { seeDiscussion } from '../posts/discussion/seen.ts'
import { loadPostPage, namesOf } from '../posts/post-page.ts'
import { lookAgainInS, progressWords } from '../posts/progress-words.ts'
import { formats } from '../time/formats.ts'
import type { Change, Topic } from './live.ts'

const one = '/w/:workspace/posts/:post'
const pingMs = 25_000
/** Changes within this time are sent as one event. */
const gatherMs = 200

/** Live updates of open pages. */
export const liveRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember()
  const streams = { deps, limit: createStreamLimit() }
  return forMembers
    .createApp()
    .get(`${one}/events`, guard, async (c) => {
      const postId = idParam(c, 'post')
      if (!(await findPost(deps.sql, { workspaceId: c.var.workspace.id, postId })))
        throw new HTTPException(404)
      return stream(streams, c, 'target-changed', (events) =>
        tellChanges(deps, events, { workspaceId: c.var.workspace.id, postId }),
      )
    })
    .get('/w/:workspace/calendar/events', guard, (c) =>
      stream(streams, c, 'target-changed', (events) =>
        tellChanges(deps, events, { workspaceId: c.var.workspace.id }),
      ),
    )
    .get('/w/:workspace/media/events', guard, (c) =>
      stream(streams, c, 'media-changed', ({ send, end }) =>
        deps.live.subscribeMedia(c.var.workspace.id, {
          changed: (mediaId) => send('media-changed', mediaId ?? ''),
          closed: end,
        }),
      ),
    )
    .get('/w/:workspace/posts/imports/:import/events', guard, async (c) => {
      const ref = { workspaceId: c.var.workspace.id, importId: idParam(c, 'import') }
      if (!(await findImport(deps.sql, ref))) throw new HTTPException(404)
      return stream(streams, c, 'import-changed', ({ send, end }) =>
        deps.live.subscribeImport(ref.importId, {
          changed: () => send('import-changed'),
          closed: end,
        }),
      )
    })
    .get(`${one}/status`, guard, async (c) => {
      const page = await loadPostPage(deps, c.var.workspace, idParam(c, 'post'), c.var.user.id)
      if (!page) throw new HTTPException(404)
      await seeDiscussion(deps, c, page)
      return view.partial(c, 'posts/_status', page)
    })
    .get(`${one}/progress`, guard, async (c) => {
      const targets = await listTargets(deps.sql, {
        workspaceId: c.var.workspace.id,
        postId: idParam(c, 'post'),
      })
      if (targets.length === 0) throw new HTTPException(404)
      const fmt = formats(c.var.workspace, deps.now())
      const names = namesOf(deps, targets)
      const running = await Promise.all(
        targets
          .filter(
            (target) =>
              target.commentOpen ||
              ((isOpen(target.state) || target.state === 'published') &&
                target.finishedAt === null),
          )
          .map(async (target) => ({
            target,
            label: names.get(target.id),
            progress: await deps.temporal.progress(target.id),
          })),
      )
      return view.partial(c, 'posts/_progress', {
        running: running.map(({ target, label, progress }) => ({
          label,
          words: progressWords(progress, target, fmt),
        })),
        here: c.req.path,
        againInS: lookAgainInS(
          running.map(({ progress }) => progress),
          deps.now(),
        ),
      })
    })
}

/**
 * Streams which posts and days, or which media, changed. Not how: the page fetches that with its own permissions.
 * Also sends a change at the start, because something may have changed since the page was rendered
 * or while the stream was interrupted. Ends when the browser disconnects, the server stops, the
 * session has too many streams or the session ends. Each ping checks the session.
 */
const stream = (
  { deps, limit }: Streams,
  c: Context<MemberEnv>,
  changed: 'target-changed' | 'media-changed' | 'import-changed',
  subscribe: (events: EventStream) => () => void,
): Response => {
  const watcher = { sessionId: c.var.session.id, workspaceId: c.var.workspace.id }
  return eventStream(c, (events) => {
    const leave = limit.enter(watcher.sessionId, events.end)
    const unsubscribe = subscribe(events)
    const ping = async () => {
      if (await mayWatch(deps.sql, watcher)) events.send('ping')
      else events.end()
    }
    // after an error, the browser reconnects
    const pinging = setInterval(() => ping().catch(events.end), pingMs)
    events.send(changed)
    events.send('ping')
    return () => {
      clearInterval(pinging)
      unsubscribe()
      leave()
    }
  })
}

type Streams = { deps: WebDeps; limit: StreamLimit }

const tellChanges = (deps: WebDeps, { send, end }: EventStream, topic: Topic): (() => void) => {
  let pending: (Change | null)[] = []
  return deps.live.subscribe(topic, {
    changed: (change) => {
      pending.push(change)
      if (pending.length > 1) return
      setTimeout(() => {
        const changes = pending
        pending = []
        send('target-changed', tellAll(changes))
      }, gatherMs)
    },
    closed: end,
  })
}

/** With more changes than this, the event says that anything may have changed. */
const mostTold = 50

const tellAll = (changes: (Change | null)[]): string => {
  const known = changes.filter((change) => change !== null)
  if (known.length < changes.length || known.length > mostTold) return ''
  const posts = [...new Set(known.map(({ postId }) => postId))]
  return JSON.stringify({ posts, at: [...new Set(known.flatMap(({ dueS }) => dueS))] })
}
