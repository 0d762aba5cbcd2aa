import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { findPost } from '../../db/posts.ts'
import { findAccountOfTarget, isBoundAlready, listTargets } from '../../db/targets.ts'
import { formFields, ownPath, seeOther } from '../answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../env.ts'
import { idParam } from '../ids.ts'
import { type Actor, cancel, cancelOne, type Done, decide, duplicate, move, retry } from '../post-acts.ts'
import { titleOf } from '../post-title.ts'
import type { Renderer } from '../render.ts'
import { requireMember } from '../session.ts'
import { type Fold, foldOf, readWallTime, wallTimeOf } from '../wall-time.ts'

const one = '/w/:workspace/posts/:post'
const target = `${one}/targets/:target`
type MemberContext = Context<MemberEnv>

/** What a person does with a post that exists: one transaction each, and an answer that is true at once. */
export const postActRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember()
  return forMembers
    .createApp()
    .get(`${one}/move`, guard, (c) => moveForm(deps, view, c, c.req.query()))
    .post(`${one}/move`, guard, (c) => moveTo(deps, view, c))
    .post(`${one}/now`, guard, async (c) => answer(c, await move(deps, actor(c), id(c), new Date(deps.now()))))
    .post(`${one}/cancel`, guard, async (c) => answer(c, await cancel(deps, actor(c), id(c))))
    .post(`${one}/duplicate`, guard, async (c) => {
      const done = await duplicate(deps, actor(c), id(c))
      if (typeof done !== 'object') throw new HTTPException(404)
      return seeOther(c, `/w/${c.var.workspace.slug}/posts/${done.postId}/edit`)
    })
    .post(`${target}/cancel`, guard, async (c) => answer(c, await cancelOne(deps, actor(c), id(c), await targetOf(deps, c))))
    .post(`${target}/bind`, guard, (c) => bind(deps, c))
    .post(`${target}/again`, guard, async (c) =>
      answer(c, await decide(deps, actor(c), id(c), await targetOf(deps, c), { do: 'again' })),
    )
    .post(`${target}/leave`, guard, async (c) =>
      answer(c, await decide(deps, actor(c), id(c), await targetOf(deps, c), { do: 'leave' })),
    )
    .post(`${target}/retry`, guard, async (c) =>
      answer(c, await retry(deps, actor(c), id(c), await targetOf(deps, c), new Date(deps.now()))),
    )
}

const actor = (c: MemberContext): Actor => ({ workspace: c.var.workspace, userId: c.var.user.id })

const id = (c: MemberContext): string => idParam(c, 'post')

/** The page after an act says what came of it, read from the act's own audit line. */
const answer = (c: MemberContext, done: Done, back?: string): Response => {
  if (typeof done !== 'object') throw new HTTPException(404)
  const path = back ?? `/w/${c.var.workspace.slug}/posts/${done.postId}`
  return seeOther(c, `${path}${path.includes('?') ? '&' : '?'}did=${done.eventId}`)
}

/** The target of the address, if it is one of this post. */
const targetOf = async (deps: WebDeps, c: MemberContext): Promise<string> => {
  const targetId = idParam(c, 'target')
  const targets = await listTargets(deps.sql, { workspaceId: c.var.workspace.id, postId: id(c) })
  const found = targets.find((row) => row.id === targetId)
  if (!found) throw new HTTPException(404)
  return found.id
}

/** A person found the post: bound by its id, where the platform's addresses hold one; the database refuses one that is bound already. */
const bind = async (deps: WebDeps, c: MemberContext): Promise<Response> => {
  const pasted = (await formFields(c)).post?.trim() ?? ''
  const targetId = await targetOf(deps, c)
  const account = await findAccountOfTarget(deps.sql, { workspaceId: c.var.workspace.id, targetId })
  const platformPostId = account
    ? (deps.platforms.platforms.get(account.platform)?.postIdIn(pasted, account.accountId) ?? null)
    : null
  const permalink = /^https?:\/\/\S+$/.test(pasted) ? pasted : null
  try {
    return answer(c, await decide(deps, actor(c), id(c), targetId, { do: 'bind', platformPostId, permalink }))
  } catch (error) {
    if (!isBoundAlready(error)) throw error
    throw new HTTPException(409, { message: 'Another post of CrateSocial is bound to that one already. Nothing was changed.' })
  }
}

const moveTo = async (deps: WebDeps, view: Renderer, c: MemberContext): Promise<Response> => {
  const fields = await formFields(c)
  const time = readTime(fields, c.var.workspace.zone)
  const past = time.ok && time.dueAt.getTime() <= deps.now()
  if (!time.ok || past) return moveForm(deps, view, c, fields, 422)
  return answer(c, await move(deps, actor(c), id(c), time.dueAt), backIn(c, fields.back))
}

/** Drag and keyboard meet here: a time that cannot be taken comes back with the reason, and with the question when it has two readings. */
const moveForm = async (
  deps: WebDeps,
  view: Renderer,
  c: MemberContext,
  fields: Record<string, string>,
  status = 200,
): Promise<Response> => {
  const { workspace } = c.var
  const post = await findPost(deps.sql, { workspaceId: workspace.id, postId: id(c) })
  if (!post) throw new HTTPException(404)
  const stored = post.dueAt ? wallTimeOf(post.dueAt, workspace.zone) : ''
  const typed = fields.time ?? stored
  const fold = fields.fold ?? (post.dueAt && typed === stored ? foldOf(post.dueAt, workspace.zone) : '')
  const time = readTime({ time: typed, fold }, workspace.zone)
  const past = time.ok && fields.time !== undefined && time.dueAt.getTime() <= deps.now()
  const words = past ? 'This time has passed. Choose a later one.' : time.ok || fields.time === undefined ? null : time.words
  const data = { post, title: titleOf(post.text), typed, fold, words, folds: time.choices, back: backIn(c, fields.back) ?? '' }
  return view.page(c, 'posts/move', { ...data, base: `/w/${workspace.slug}` }, status)
}

const readTime = (fields: Record<string, string>, zone: string) =>
  readWallTime(fields.time ?? '', zone, fields.fold === 'earlier' || fields.fold === 'later' ? (fields.fold as Fold) : null)

/** Only back to a page of the same workspace. */
const backIn = (c: MemberContext, given: string | undefined): string | undefined => {
  const path = ownPath(given)
  return path.startsWith(`/w/${c.var.workspace.slug}/`) ? path.replace(/([?&])did=[^&]*&?/, '$1').replace(/[?&]$/, '') : undefined
}
