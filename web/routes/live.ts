import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import { findPost } from '../../db/posts.ts'
import { listTargets } from '../../db/targets.ts'
import { mayWatch } from '../../db/watchers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../env.ts'
import { formats } from '../formats.ts'
import { idParam } from '../ids.ts'
import type { Topic } from '../live.ts'
import { loadPostPage, namesOf } from '../post-page.ts'
import { lookAgainInS, progressWords } from '../progress-words.ts'
import type { Renderer } from '../render.ts'
import { requireMember } from '../session.ts'

const one = '/w/:workspace/posts/:post'
const pingMs = 25_000
const lookAgain = { event: 'target-changed', data: '' }

/** What changes on an open page without reloading it. */
export const liveRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember()
  return forMembers
    .createApp()
    .get(`${one}/events`, guard, async (c) => {
      const postId = idParam(c, 'post')
      if (!(await findPost(deps.sql, { workspaceId: c.var.workspace.id, postId }))) throw new HTTPException(404)
      return stream(deps, c, { workspaceId: c.var.workspace.id, postId })
    })
    .get('/w/:workspace/calendar/events', guard, (c) => stream(deps, c, { workspaceId: c.var.workspace.id }))
    .get(`${one}/status`, guard, async (c) => {
      const page = await loadPostPage(deps, c.var.workspace, idParam(c, 'post'))
      if (!page) throw new HTTPException(404)
      return view.partial(c, 'posts/_status', page)
    })
    .get(`${one}/progress`, guard, async (c) => {
      const targets = await listTargets(deps.sql, { workspaceId: c.var.workspace.id, postId: idParam(c, 'post') })
      if (targets.length === 0) throw new HTTPException(404)
      const fmt = formats(c.var.workspace.zone, deps.now())
      const names = namesOf(deps, targets)
      const running = await Promise.all(
        targets
          .filter(
            (target) => !['failed', 'unconfirmed', 'missed', 'canceled'].includes(target.state) && target.finishedAt === null,
          )
          .map(async (target) => ({ label: names.get(target.id), progress: await deps.temporal.progress(target.id) })),
      )
      return view.partial(c, 'posts/_progress', {
        running: running.map(({ label, progress }) => ({ label, words: progressWords(progress, fmt) })),
        here: c.req.path,
        againInS: lookAgainInS(
          running.map(({ progress }) => progress),
          deps.now(),
        ),
      })
    })
}

/**
 * Says that something changed, never what: the page fetches it with its own rights. Says so at the beginning, too: nobody told of what
 * changed after the page was made, or while the stream was broken. Ends with the browser's leaving, the process's closing, or the session,
 * which is looked at with every ping.
 */
const stream = (deps: WebDeps, c: Context<MemberEnv>, topic: Topic): Response => {
  c.header('X-Accel-Buffering', 'no')
  c.header('Cache-Control', 'no-store')
  const watcher = { sessionId: c.var.session.id, workspaceId: topic.workspaceId }
  return streamSSE(c, async (sse) => {
    const open = openUntilClosed(deps, sse, topic)
    try {
      await sse.writeSSE(lookAgain)
      while (open.isOpen() && (await mayWatch(deps.sql, watcher))) {
        await sse.writeSSE({ event: 'ping', data: '' })
        await Promise.race([sse.sleep(pingMs), open.closed])
      }
    } finally {
      open.stop()
    }
  })
}

const openUntilClosed = (deps: WebDeps, sse: SSEStreamingApi, topic: Topic) => {
  let isOpen = true
  let end = (): void => undefined
  const closed = new Promise<void>((resolve) => {
    end = () => {
      isOpen = false
      resolve()
    }
  })
  const unsubscribe = deps.live.subscribe(topic, {
    changed: () => {
      sse.writeSSE(lookAgain).catch(end)
    },
    closed: () => end(),
  })
  sse.onAbort(() => end())
  return { isOpen: () => isOpen, closed, stop: unsubscribe }
}
