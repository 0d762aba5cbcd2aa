import type { Context } from 'hono'
import { tx } from '../../db/connect.ts'
import { recordEvent } from '../../db/events.ts'
import {
  endInstallationPause,
  endPause,
  enqueueUnsent,
  findInstallationPause,
  findPause,
  listDuePosts,
  pauseInstallation,
  pauseWorkspace,
} from '../../db/pauses.ts'
import { setPostTime } from '../../db/posts.ts'
import { cancelPost, movePost } from '../../db/target-moves.ts'
import { formFields, seeOther } from '../answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../env.ts'
import type { Renderer } from '../render.ts'
import { requireMember, requireOperator } from '../session.ts'
import { readWallTime, wallTimeOf } from '../wall-time.ts'

/** Nothing is sent while paused; what came due meanwhile is listed, and resuming asks what to do with each. */
export const pauseRoutes = (deps: WebDeps, view: Renderer) => {
  const admin = requireMember('admin')
  return forMembers
    .createApp()
    .get('/w/:workspace/pause', admin, (c) => show(deps, view, c))
    .post('/w/:workspace/pause', admin, async (c) => {
      const { id } = c.var.workspace
      await tx(deps.sql, async (t) => {
        if (!(await pauseWorkspace(t, id, c.var.user.id))) return
        await recordEvent(t, { name: 'workspace.paused', workspaceId: id, userId: c.var.user.id, subjectId: id })
      })
      return seeOther(c, `/w/${c.var.workspace.slug}/pause`)
    })
    .post('/w/:workspace/pause/end', admin, (c) => resume(deps, view, c))
    .post('/operate/pause', requireOperator, async (c) => {
      await tx(deps.sql, async (t) => {
        if (await pauseInstallation(t)) await recordEvent(t, installationEvent('installation.paused', c.var.user.id))
      })
      return seeOther(c, '/operate')
    })
    .post('/operate/pause/end', requireOperator, async (c) => {
      const told = await tx(deps.sql, async (t) => {
        if (!(await findInstallationPause(t))) return []
        await endInstallationPause(t)
        await recordEvent(t, installationEvent('installation.resumed', c.var.user.id))
        return enqueueUnsent(t, null)
      })
      await deps.temporal.nudge(told)
      return seeOther(c, '/operate')
    })
}

const installationEvent = (name: string, userId: string) => ({ name, workspaceId: null, userId, subjectId: null })

const show = async (
  deps: WebDeps,
  view: Renderer,
  c: Context<MemberEnv>,
  typed: Record<string, string> = {},
  errors: Record<string, string> = {},
): Promise<Response> => {
  const { id } = c.var.workspace
  const [pause, due] = await Promise.all([findPause(deps.sql, id), listDuePosts(deps.sql, id)])
  return view.page(c, 'pause/show', { pause, due, typed, errors }, Object.keys(errors).length > 0 ? 422 : 200)
}

type Fate = { postId: string; do: 'now' } | { postId: string; do: 'cancel' } | { postId: string; do: 'move'; dueAt: Date }

/** One transaction: the pause ends, and what came due gets the fate that was chosen for it. Nothing is chosen by itself. */
const resume = async (deps: WebDeps, view: Renderer, c: Context<MemberEnv>): Promise<Response> => {
  const { id: workspaceId, slug, zone } = c.var.workspace
  const typed = await formFields(c)
  const due = await listDuePosts(deps.sql, workspaceId)
  const { fates, errors } = readFates(
    typed,
    due.map((post) => post.postId),
    zone,
    deps.now(),
  )
  if (Object.keys(errors).length > 0) return show(deps, view, c, typed, errors)
  const told = await tx(deps.sql, async (t) => {
    if (!(await endPause(t, workspaceId))) return []
    for (const fate of fates) {
      const ref = { workspaceId, postId: fate.postId }
      if (fate.do === 'cancel') await cancelPost(t, ref)
      else {
        const dueAt = fate.do === 'now' ? new Date(deps.now()) : fate.dueAt
        await movePost(t, { ...ref, dueAt })
        await setPostTime(t, ref, { dueAt, zone, wallTime: wallTimeOf(dueAt, zone) })
      }
    }
    const facts = { now: count(fates, 'now'), moved: count(fates, 'move'), canceled: count(fates, 'cancel') }
    await recordEvent(t, { name: 'workspace.resumed', workspaceId, userId: c.var.user.id, subjectId: workspaceId, facts })
    return enqueueUnsent(t, workspaceId)
  })
  await deps.temporal.nudge(told)
  return seeOther(c, `/w/${slug}/today`, 'resumed')
}

const count = (fates: Fate[], what: Fate['do']): number => fates.filter((fate) => fate.do === what).length

const readFates = (typed: Record<string, string>, postIds: string[], zone: string, nowMs: number) => {
  const errors: Record<string, string> = {}
  const fates: Fate[] = []
  for (const postId of postIds) {
    const chosen = typed[`do.${postId}`]
    if (chosen === 'now') fates.push({ postId, do: 'now' })
    else if (chosen === 'cancel') fates.push({ postId, do: 'cancel' })
    else if (chosen === 'move') {
      const time = readWallTime(typed[`time.${postId}`] ?? '', zone, null)
      if (!time.ok) errors[postId] = time.words
      else if (time.dueAt.getTime() <= nowMs) errors[postId] = 'This time has passed. Choose a later one.'
      else fates.push({ postId, do: 'move', dueAt: time.dueAt })
    } else errors[postId] = 'Choose what becomes of it.'
  }
  return { fates, errors }
}
