import type { Context } from 'hono'
import type { TransactionSql } from 'postgres'
import { recordEvent } from '../../db/notifications/events.ts'
import {
  endInstallationPause,
  endPause,
  enqueueUnsent,
  findInstallationPause,
  findPause,
  listPausedPosts,
  pauseInstallation,
  pauseWorkspace,
} from '../../db/notifications/pauses.ts'
import { tx } from '../../db/postgres/connect.ts'
import { lockPosts } from '../../db/posts/post-locks.ts'
import { formFields, seeOther } from '../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../http/env.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember, requireOperator } from '../http/session.ts'
import { type FoldChoice, readWallTime } from '../time/wall-time.ts'
import { isZone } from '../time/zones.ts'
import { carryOutFate, countFates, type Fate, readFates } from './pause-fates.ts'

/**
 * Pausing a workspace. Nothing is sent while it is paused. Before it resumes, an admin decides
 * about each post that came due.
 */
export const pauseRoutes = (deps: WebDeps, view: Renderer) => {
  const admin = requireMember('admin')
  return forMembers
    .createApp()
    .get('/w/:workspace/pause', admin, (c) => show(deps, view, c))
    .post('/w/:workspace/pause', admin, async (c) => {
      const { id } = c.var.workspace
      await tx(deps.sql, async (t) => {
        if (!(await pauseWorkspace(t, id, c.var.user.id))) return
        await recordEvent(t, {
          name: 'workspace.paused',
          workspaceId: id,
          userId: c.var.user.id,
          subjectId: id,
        })
      })
      return seeOther(c, `/w/${c.var.workspace.slug}/pause`)
    })
    .post('/w/:workspace/pause/end', admin, (c) => resume(deps, view, c))
    .post('/operate/pause', requireOperator, async (c) => {
      await tx(deps.sql, async (t) => {
        if (await pauseInstallation(t))
          await recordEvent(t, installationEvent('installation.paused', c.var.user.id))
      })
      return seeOther(c, '/operate')
    })
    .post('/operate/pause/end', requireOperator, async (c) => {
      const targetIds = await tx(deps.sql, async (t) => {
        if (!(await findInstallationPause(t))) return []
        await endInstallationPause(t)
        await recordEvent(t, installationEvent('installation.resumed', c.var.user.id))
        return enqueueUnsent(t, null)
      })
      deps.temporal.signalTargets(targetIds)
      return seeOther(c, '/operate')
    })
}

const installationEvent = (name: string, userId: string) => ({
  name,
  workspaceId: null,
  userId,
  subjectId: null,
})

const show = async (
  deps: WebDeps,
  view: Renderer,
  c: Context<MemberEnv>,
  typed: Record<string, string> = {},
  errors: Record<string, string> = {},
  status: 200 | 409 | 422 = 200,
): Promise<Response> => {
  const { id, zone } = c.var.workspace
  const [pause, due] = await Promise.all([findPause(deps.sql, id), listPausedPosts(deps.sql, id)])
  const shown = zoneOf(typed, zone)
  const folds = Object.fromEntries(
    due.map(({ postId }) => [postId, foldsOf(typed[`time.${postId}`], shown)]),
  )
  return view.page(c, 'pause/show', { pause, due, typed, errors, folds, zone: shown }, status)
}

/** The two readings of a typed time that happens twice. */
const foldsOf = (time: string | undefined, zone: string): FoldChoice[] =>
  time ? readWallTime(time, zone, null).choices : []

/** The time zone that the form showed, even if the workspace's zone has changed since. */
const zoneOf = (typed: Record<string, string>, zone: string): string =>
  typed.zone !== undefined && isZone(typed.zone) ? typed.zone : zone

/**
 * Ends the pause and applies the decisions in one transaction. Every post needs a decision; there
 * is no default.
 */
const resume = async (deps: WebDeps, view: Renderer, c: Context<MemberEnv>): Promise<Response> => {
  const { id: workspaceId, slug, zone } = c.var.workspace
  const typed = await formFields(c)
  const due = await listPausedPosts(deps.sql, workspaceId)
  const read = readFates(
    typed,
    due.map((post) => post.postId),
    zoneOf(typed, zone),
    deps.now(),
  )
  if (Object.keys(read.errors).length > 0) return show(deps, view, c, typed, read.errors, 422)
  const ended = await tx(deps.sql, (t) =>
    endWith(t, c, read.fates, zoneOf(typed, zone), deps.now()),
  )
  if ('changed' in ended) return show(deps, view, c, typed, changedErrors(ended.changed), 409)
  deps.temporal.signalTargets(ended.targetIds)
  return seeOther(c, `/w/${slug}/today`, 'resumed')
}

const changedErrors = (postIds: string[]): Record<string, string> =>
  Object.fromEntries(
    postIds.map((id) => [
      id,
      'This post changed after you opened this page. Nothing was resumed. Choose again.',
    ]),
  )

/**
 * Locks the posts in the order of their ids. Does nothing if one of them was changed since the form
 * was shown.
 */
const endWith = async (
  t: TransactionSql,
  c: Context<MemberEnv>,
  fates: Fate[],
  zone: string,
  nowMs: number,
): Promise<{ targetIds: string[] } | { changed: string[] }> => {
  const workspaceId = c.var.workspace.id
  const held = await lockPosts(
    t,
    workspaceId,
    fates.map((fate) => fate.postId),
  )
  const changed = fates.filter(
    ({ postId, version }) => version !== null && held.get(postId)?.version !== version,
  )
  if (changed.length > 0) return { changed: changed.map((fate) => fate.postId) }
  if (!(await endPause(t, workspaceId))) return { targetIds: [] }
  for (const fate of fates) {
    const post = held.get(fate.postId)
    if (post) await carryOutFate(t, post, fate, zone, nowMs)
  }
  const facts = {
    now: countFates(fates, 'now'),
    moved: countFates(fates, 'move'),
    canceled: countFates(fates, 'cancel'),
  }
  await recordEvent(t, {
    name: 'workspace.resumed',
    workspaceId,
    userId: c.var.user.id,
    subjectId: workspaceId,
    facts,
  })
  return { targetIds: await enqueueUnsent(t, workspaceId) }
}
