import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { findPost } from '../../db/posts/posts.ts'
import { findSeries } from '../../db/posts/series/series.ts'
import type { DateStyle } from '../../text/date-style.ts'
import { backIn, formFields, seeOther } from '../http/answers.ts'
import type { MemberEnv, WebDeps } from '../http/env.ts'
import { idParam } from '../http/ids.ts'
import type { Renderer } from '../http/render.ts'
import { dateOf, type Fold, foldOf, readWallTime, wallTimeOf } from '../time/wall-time.ts'
import { isZone } from '../time/zones.ts'
import { move } from './post-acts.ts'
import { loadChanged } from './post-changed.ts'
import { titleOf } from './post-title.ts'
import { seenIn } from './seen.ts'
import { moveFollowing } from './series/acts.ts'
import { shiftWords } from './series/faults.ts'
import { readScope } from './series/repeat.ts'
import { shiftRule } from './series/shift.ts'
import { repeatsOf } from './series/view.ts'

type MemberContext = Context<MemberEnv>
type Fields = Record<string, string>

/**
 * Moves a post to another time, by drag or by form. The time is read in the zone that the page
 * showed.
 */
export const moveTo = async (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
): Promise<Response> => {
  const { workspace, user } = c.var
  const fields = await formFields(c)
  const zone = zoneIn(c, fields)
  const time = readTime(fields, zone, workspace.dates)
  if (!time.ok || time.dueAt.getTime() <= deps.now()) return moveForm(deps, view, c, fields, 422)
  const follows = readScope(fields.scope) === 'following'
  if (follows && !(await canFollow(deps, c, dateOf(time.dueAt, zone))))
    return moveForm(deps, view, c, fields, 422)
  const act = follows ? moveFollowing : move
  const done = await act(deps, { workspace, userId: user.id }, seenIn(c, fields), {
    dueAt: time.dueAt,
    zone,
  })
  if (done === 'gone') throw new HTTPException(404)
  if (done === 'conflict') return moveForm(deps, view, c, fields, 409)
  const path = backIn(c, fields.back) ?? `/w/${workspace.slug}/posts/${done.postId}`
  return seeOther(c, `${path}${path.includes('?') ? '&' : '?'}did=${done.eventId}`)
}

/**
 * The form for moving a post. Also shown again with the reason if the time is refused, and with a
 * question if the time happens twice.
 */
export const moveForm = async (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
  fields: Fields,
  status: 200 | 409 | 422 = 200,
): Promise<Response> => {
  const { workspace } = c.var
  const ref = { workspaceId: workspace.id, postId: idParam(c, 'post') }
  const post = await findPost(deps.sql, ref)
  if (!post) throw new HTTPException(404)
  const zone = zoneIn(c, fields)
  const stored = post.dueAt ? wallTimeOf(post.dueAt, zone) : ''
  const typed = fields.time ?? stored
  const fold = fields.fold ?? (post.dueAt && typed === stored ? foldOf(post.dueAt, zone) : '')
  const time = readTime({ time: typed, fold }, zone, workspace.dates)
  const repeats = await repeatsOf(deps, workspace, post)
  const scope = readScope(fields.scope)
  const cannotFollow =
    status === 422 && scope === 'following' && time.ok && repeats?.isRunning === true
  const past = time.ok && fields.time !== undefined && time.dueAt.getTime() <= deps.now()
  const words = past
    ? 'This time has passed. Choose a later one.'
    : time.ok && cannotFollow
      ? shiftWords
      : time.ok || fields.time === undefined
        ? null
        : time.words
  const data = {
    post,
    title: titleOf(post.text),
    typed,
    fold,
    words,
    folds: time.choices,
    repeats,
    scope,
    back: backIn(c, fields.back) ?? '',
    zone,
    // If the time was refused, keeps the version that the person saw. If the post was changed,
    // sends the current version, so that submitting again applies to it.
    version: status === 409 ? post.version : (fields.version ?? post.version),
    changed: status === 409 ? await loadChanged(deps, workspace, post.id) : null,
  }
  return view.page(c, 'posts/move', { ...data, base: `/w/${workspace.slug}` }, status)
}

/** Whether the post can be moved to this day with all that follow. */
const canFollow = async (deps: WebDeps, c: MemberContext, date: string): Promise<boolean> => {
  const workspaceId = c.var.workspace.id
  const post = await findPost(deps.sql, { workspaceId, postId: idParam(c, 'post') })
  if (!post?.seriesId || !post.occurrenceOn) throw new HTTPException(404)
  const series = await findSeries(deps.sql, { workspaceId, seriesId: post.seriesId })
  return series !== null && shiftRule(series.rule, post.occurrenceOn, date) !== null
}

/** The time zone that the page showed, even if the workspace's zone has changed since. */
const zoneIn = (c: MemberContext, fields: Fields): string =>
  fields.zone !== undefined && isZone(fields.zone) ? fields.zone : c.var.workspace.zone

const readTime = (fields: Fields, zone: string, dates: DateStyle) =>
  readWallTime(
    fields.time ?? '',
    zone,
    fields.fold === 'earlier' || fields.fold === 'later' ? (fields.fold as Fold) : null,
    dates,
  )
