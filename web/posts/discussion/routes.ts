import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { listMentionable } from '../../../db/posts/discussion/people.ts'
import { withoutMarks } from '../../../text/mentions.ts'
import { formFields, seeOther } from '../../http/answers.ts'
import { forMembers, type MemberEnv, type WebDeps } from '../../http/env.ts'
import { formKeyIn } from '../../http/forms/form-keys.ts'
import { readForm } from '../../http/forms/forms.ts'
import { idParam, isId } from '../../http/ids.ts'
import type { Renderer } from '../../http/render.ts'
import { requireMember } from '../../http/session.ts'
import { countHits } from '../../http/throttling.ts'
import { loadPostPage } from '../post-page.ts'
import {
  addComment,
  commentMaxCharacters,
  commentsMax,
  type OnPost,
  removeComment,
  resolve,
} from './acts.ts'

const comments = '/w/:workspace/posts/:post/comments'
const one = `${comments}/:comment`
type MemberContext = Context<MemberEnv>

/** What members say about a post beside it. promise: D6: none of it is sent to a platform. */
export const discussionRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember()
  return forMembers
    .createApp()
    .get(`${comments}/people`, guard, async (c) => c.json(await namesToMention(deps, c)))
    .post(comments, guard, (c) => add(deps, view, c))
    .post(`${one}/resolve`, guard, (c) => setResolved(deps, c, true))
    .post(`${one}/reopen`, guard, (c) => setResolved(deps, c, false))
    .post(`${one}/delete`, guard, async (c) => {
      const isAdmin = c.var.role === 'admin'
      const done = await removeComment(deps, { ...onPost(c), isAdmin }, idParam(c, 'comment'))
      if (done === 'gone') throw new HTTPException(404)
      if (done === 'forbidden')
        throw new HTTPException(403, {
          message: 'Only the person who wrote this comment, or an admin, can delete it.',
        })
      return seeOther(c, threadsOf(c), 'comment-deleted')
    })
}

const add = async (deps: WebDeps, view: Renderer, c: MemberContext): Promise<Response> => {
  const [form, fields] = [await readForm(c), await formFields(c)]
  const typed = {
    text: withoutMarks(String(form.get('text') ?? '')).trim(),
    media: fields.media ?? '',
    answers: fields.answers ?? '',
  }
  const refuse = async (error: string, status = 422): Promise<Response> => {
    const page = await loadPostPage(deps, c.var.workspace, idParam(c, 'post'), c.var.user.id, {
      comment: { ...typed, error },
    })
    if (!page) throw new HTTPException(404)
    return view.page(c, 'posts/show', page, status)
  }
  if (typed.text === '') return refuse('Write a comment.')
  if (typed.text.length > commentMaxCharacters)
    return refuse(`Use at most ${commentMaxCharacters} characters.`)
  if (await countHits(deps, [{ purpose: 'comment', of: c.var.user.id }]))
    return refuse('That’s a lot of comments at once. Wait a few minutes, then try again.', 429)
  const given = (id: string) => (isId(id) ? id : null)
  const comment = {
    text: typed.text,
    mediaId: given(typed.media),
    answers: given(typed.answers),
  }
  const on = onPost(c)
  const key = formKeyIn(fields, 'comment', on.workspaceId, { ...comment, postId: on.postId })
  const done = await addComment(deps, on, comment, key)
  if (done === 'gone') throw new HTTPException(404)
  if (done === 'full')
    return refuse(
      `Not added: the photo or the comment that it’s about was removed, or this post has ${commentsMax} comments, which is the most.`,
    )
  return seeOther(c, threadsOf(c))
}

const setResolved = async (
  deps: WebDeps,
  c: MemberContext,
  isResolved: boolean,
): Promise<Response> => {
  // Someone else may have done it a moment ago.
  await resolve(deps, onPost(c), idParam(c, 'comment'), isResolved)
  return seeOther(c, threadsOf(c), isResolved ? 'comment-resolved' : 'comment-reopened')
}

/**
 * What can be typed after an @: a name, or the email address of one whose name others have too.
 */
const namesToMention = async (deps: WebDeps, c: MemberContext): Promise<string[]> => {
  const people = await listMentionable(deps.sql, c.var.workspace.id)
  const count = (name: string) => people.filter((other) => other.name === name).length
  return people
    .filter(({ userId }) => userId !== c.var.user.id)
    .map(({ name, email }) => (count(name) > 1 ? email : name))
}

const onPost = (c: MemberContext): OnPost => ({
  workspaceId: c.var.workspace.id,
  postId: idParam(c, 'post'),
  userId: c.var.user.id,
})

const threadsOf = (c: MemberContext): string =>
  `/w/${c.var.workspace.slug}/posts/${idParam(c, 'post')}#discussion`
