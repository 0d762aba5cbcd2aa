import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { backIn, formFields, seeOther } from '../http/answers.ts'
import { forMembers, type MemberEnv, memberIn, type WebDeps } from '../http/env.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import type { Actor, Seen } from '../posts/post-acts.ts'
import { seenIn } from '../posts/seen.ts'
import {
  approve,
  ask,
  askForChanges,
  type Decided,
  dismiss,
  reviewWordsMax,
  revoke,
  withdraw,
} from './acts.ts'
import { showReviewForm } from './form.ts'

type MemberContext = Context<MemberEnv>
type Fields = Record<string, string>
const one = '/w/:workspace/posts/:post/review'

/** What people do with the review of a post. Each action is one transaction. */
export const reviewActRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember()
  const act = async (
    c: MemberContext,
    run: (actor: Actor, seen: Seen, fields: Fields) => Promise<Decided>,
  ): Promise<Response> => {
    const fields = await formFields(c)
    const actor = memberIn(c)
    const done = await run(actor, seenIn(c, fields), fields)
    if (done === 'forbidden') throw new HTTPException(403, { message: forbidden })
    if (done === 'gone') throw new HTTPException(404)
    if (done === 'conflict') return showReviewForm(deps, view, c, fields, 409)
    const path = backIn(c, fields.back) ?? `/w/${c.var.workspace.slug}/posts/${done.postId}`
    return seeOther(c, `${path}${path.includes('?') ? '&' : '?'}did=${done.eventId}`)
  }
  return forMembers
    .createApp()
    .get(one, guard, (c) => showReviewForm(deps, view, c, {}, 200))
    .post(`${one}/approve`, guard, (c) =>
      act(c, (actor, seen, fields) => approve(deps, actor, seen, { now: fields.now === 'yes' })),
    )
    .post(`${one}/changes`, guard, async (c) => {
      const fields = await formFields(c)
      const words = (fields.words ?? '').trim()
      if (words === '' || words.length > reviewWordsMax)
        return showReviewForm(deps, view, c, fields, 422)
      return act(c, (actor, seen) => askForChanges(deps, actor, seen, words))
    })
    .post(`${one}/revoke`, guard, (c) => act(c, (actor, seen) => revoke(deps, actor, seen)))
    .post(`${one}/withdraw`, guard, (c) => act(c, (actor, seen) => withdraw(deps, actor, seen)))
    .post(`${one}/leave`, guard, (c) => act(c, (actor, seen) => dismiss(deps, actor, seen)))
    .post(`${one}/ask`, guard, (c) => act(c, (actor, seen) => ask(deps, actor, seen)))
}

const forbidden =
  'You can’t decide about this post: its reviewers and the admins do, and nobody approves their own edit. Nothing changed.'
