import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { CommentDecision } from '../../db/posts/comments/decisions.ts'
import { findAccountOfTarget, isBoundAlready, listTargets } from '../../db/posts/targets.ts'
import { backIn, formFields, seeOther } from '../http/answers.ts'
import { forMembers, type MemberEnv, memberIn, type WebDeps } from '../http/env.ts'
import { formKeyIn } from '../http/forms/form-keys.ts'
import { idParam, isId } from '../http/ids.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import { canDeleteThere, deleteThereForm } from './delete-there-routes.ts'
import { moveForm, moveTo } from './move-routes.ts'
import {
  type Actor,
  cancel,
  cancelOne,
  type Done,
  decide,
  decideFirstComment,
  deleteThere,
  discard,
  duplicate,
  move,
  retry,
  type Seen,
} from './post-acts.ts'
import { type Asked, askedWords, loadChanged } from './post-changed.ts'
import { seenIn } from './seen.ts'
import { cancelFollowing } from './series/acts.ts'
import { readScope } from './series/repeat.ts'
import { undo } from './undoing.ts'

const one = '/w/:workspace/posts/:post'
const target = `${one}/targets/:target`
type MemberContext = Context<MemberEnv>
type Fields = Record<string, string>

/** Routes for actions on an existing post. Each action is one transaction. */
export const postActRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember()
  const acting = createActing(deps, view)
  const { onPost, onTarget } = acting
  const onComment = (c: MemberContext, asked: Asked, decision: CommentDecision) =>
    onTarget(c, asked, (actor, seen, id) => decideFirstComment(deps, actor, seen, id, decision))
  return forMembers
    .createApp()
    .get(`${one}/move`, guard, (c) => moveForm(deps, view, c, c.req.query()))
    .post(`${one}/move`, guard, (c) => moveTo(deps, view, c))
    .post(`${one}/now`, guard, (c) =>
      onPost(c, 'now', (actor, seen) =>
        move(deps, actor, seen, { dueAt: new Date(deps.now()), zone: c.var.workspace.zone }),
      ),
    )
    .post(`${one}/cancel`, guard, (c) =>
      onPost(c, 'cancel', (actor, seen, fields) =>
        readScope(fields.scope) === 'following'
          ? cancelFollowing(deps, actor, seen)
          : cancel(deps, actor, seen),
      ),
    )
    .post(`${one}/duplicate`, guard, async (c) => {
      const key = formKeyIn(
        await formFields(c),
        'duplicate',
        c.var.workspace.id,
        idParam(c, 'post'),
      )
      const done = await duplicate(deps, memberIn(c), idParam(c, 'post'), key)
      if (typeof done !== 'object') throw new HTTPException(404)
      return seeOther(c, `/w/${c.var.workspace.slug}/posts/${done.postId}/edit`)
    })
    .post(`${one}/discard`, guard, async (c) => {
      const fields = await formFields(c)
      const done = await discard(deps, memberIn(c), seenIn(c, fields))
      if (done === 'conflict') return acting.changed(c, 'discard', fields)
      if (done === 'gone') throw new HTTPException(404)
      return seeOther(c, `/w/${c.var.workspace.slug}/calendar?did=${done.eventId}`)
    })
    .post(`${one}/undo`, guard, (c) => undoAct(deps, c))
    .get(`${target}/delete`, guard, (c) => deleteThereForm(deps, view, c))
    .post(`${target}/delete`, guard, async (c) =>
      (await canDeleteThere(deps, c))
        ? onTarget(c, 'deleteThere', (actor, seen, id) => deleteThere(deps, actor, seen, id))
        : deleteThereForm(deps, view, c),
    )
    .post(`${target}/cancel`, guard, (c) =>
      onTarget(c, 'cancelOne', (actor, seen, id) => cancelOne(deps, actor, seen, id)),
    )
    .post(`${target}/retry`, guard, (c) =>
      onTarget(c, 'retry', (actor, seen, id) => retry(deps, actor, seen, id)),
    )
    .post(`${target}/again`, guard, (c) =>
      onTarget(c, 'again', (actor, seen, id) => decide(deps, actor, seen, id, { do: 'again' })),
    )
    .post(`${target}/leave`, guard, (c) =>
      onTarget(c, 'leave', (actor, seen, id) => decide(deps, actor, seen, id, { do: 'leave' })),
    )
    .post(`${target}/comment/again`, guard, (c) => onComment(c, 'commentAgain', 'again'))
    .post(`${target}/comment/bind`, guard, (c) => onComment(c, 'commentFound', 'found'))
    .post(`${target}/comment/leave`, guard, (c) => onComment(c, 'commentLeave', 'leave'))
    .post(`${target}/bind`, guard, (c) =>
      onTarget(c, 'bind', (actor, seen, id, fields) =>
        bind(deps, actor, seen, id, fields.post?.trim() ?? ''),
      ),
    )
}

/** Runs an action on the version of the post that the form showed, and responds with the result. */
const createActing = (deps: WebDeps, view: Renderer) => {
  const changed = async (
    c: MemberContext,
    asked: Asked,
    fields: Fields,
    targetId?: string,
  ): Promise<Response> => {
    const now = await loadChanged(deps, c.var.workspace, idParam(c, 'post'))
    if (!now) throw new HTTPException(404)
    const { version: _older, ...typed } = fields
    const data = {
      changed: now,
      asked: { ...askedWords(asked, now, targetId), path: c.req.path, fields: typed },
    }
    return view.page(c, 'posts/changed', { ...data, base: `/w/${c.var.workspace.slug}` }, 409)
  }
  const answer = (
    c: MemberContext,
    done: Done,
    asked: Asked,
    fields: Fields,
    targetId?: string,
  ) => {
    if (done === 'conflict') return changed(c, asked, fields, targetId)
    if (done === 'gone') throw new HTTPException(404)
    const path = backIn(c, fields.back) ?? `/w/${c.var.workspace.slug}/posts/${done.postId}`
    return seeOther(c, `${path}${path.includes('?') ? '&' : '?'}did=${done.eventId}`)
  }
  return {
    changed,
    onPost: async (
      c: MemberContext,
      asked: Asked,
      act: (actor: Actor, seen: Seen, fields: Fields) => Promise<Done>,
    ): Promise<Response> => {
      const fields = await formFields(c)
      return answer(c, await act(memberIn(c), seenIn(c, fields), fields), asked, fields)
    },
    onTarget: async (
      c: MemberContext,
      asked: Asked,
      act: (actor: Actor, seen: Seen, targetId: string, fields: Fields) => Promise<Done>,
    ): Promise<Response> => {
      const fields = await formFields(c)
      const targetId = await targetOf(deps, c)
      return answer(
        c,
        await act(memberIn(c), seenIn(c, fields), targetId, fields),
        asked,
        fields,
        targetId,
      )
    },
  }
}

/** Redirects back to the page that offered the undo and shows the result there. */
const undoAct = async (deps: WebDeps, c: MemberContext): Promise<Response> => {
  const { did = '', back } = await formFields(c)
  const postId = idParam(c, 'post')
  if (!isId(did)) throw new HTTPException(404)
  const done = await undo(deps, memberIn(c), { postId, eventId: did })
  if (done === 'gone') throw new HTTPException(404)
  const page = `/w/${c.var.workspace.slug}/posts/${postId}`
  if (done === 'late' || done === 'conflict')
    return seeOther(c, page, done === 'late' ? 'undo-late' : 'undo-changed')
  const path = backIn(c, back) ?? page
  return seeOther(c, `${path}${path.includes('?') ? '&' : '?'}did=${done.eventId}`)
}

/** The id of the target in the URL. 404 if the post has no such target. */
const targetOf = async (deps: WebDeps, c: MemberContext): Promise<string> => {
  const targetId = idParam(c, 'target')
  const targets = await listTargets(deps.sql, {
    workspaceId: c.var.workspace.id,
    postId: idParam(c, 'post'),
  })
  const found = targets.find((row) => row.id === targetId)
  if (!found) throw new HTTPException(404)
  return found.id
}

/**
 * Binds the target to the post that a person found. The id comes from the pasted URL if the
 * platform's URLs contain one. 409 if another target is bound to that post already.
 */
const bind = async (
  deps: WebDeps,
  actor: Actor,
  seen: Seen,
  targetId: string,
  pasted: string,
): Promise<Done> => {
  const account = await findAccountOfTarget(deps.sql, { workspaceId: actor.workspace.id, targetId })
  const platformPostId = account
    ? (deps.platforms.platforms.get(account.platform)?.postIdIn(pasted, account.accountId) ?? null)
    : null
  const permalink = /^https?:\/\/\S+$/.test(pasted) ? pasted : null
  try {
    return await decide(deps, actor, seen, targetId, { do: 'bind', platformPostId, permalink })
  } catch (error) {
    if (!isBoundAlready(error)) throw error
    throw new HTTPException(409, {
      message: 'That post is already linked to another post in CrateSocial. Nothing changed.',
    })
  }
}
