import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { findPost } from '../../db/posts/posts.ts'
import { listTargets } from '../../db/posts/targets.ts'
import type { MemberEnv, WebDeps } from '../http/env.ts'
import { idParam } from '../http/ids.ts'
import type { Renderer } from '../http/render.ts'
import { loadChanged } from '../posts/post-changed.ts'
import { titleOf } from '../posts/post-title.ts'
import { formats } from '../time/formats.ts'
import { reviewWordsMax } from './acts.ts'
import { loadPostReview } from './post-review.ts'

/**
 * The review of a post on a separate page, with what was typed: for words that are missing or too
 * long, and after someone changed the post.
 */
export const showReviewForm = async (
  deps: WebDeps,
  view: Renderer,
  c: Context<MemberEnv>,
  fields: Record<string, string>,
  status: 200 | 409 | 422,
): Promise<Response> => {
  const { workspace, user } = c.var
  const ref = { workspaceId: workspace.id, postId: idParam(c, 'post') }
  const post = await findPost(deps.sql, ref)
  const targets = post ? await listTargets(deps.sql, ref) : []
  const fmt = formats(workspace, deps.now())
  const own = { postId: ref.postId, userId: user.id, targets, fmt }
  const review = post && (await loadPostReview(deps, workspace, own))
  if (!post || !review) throw new HTTPException(404)
  const typed = (fields.words ?? '').trim()
  const error =
    typed === '' ? 'Say what should change.' : `Use at most ${reviewWordsMax} characters.`
  return view.page(
    c,
    'reviews/form',
    {
      base: `/w/${workspace.slug}`,
      at: `/w/${workspace.slug}/posts/${post.id}`,
      post,
      title: titleOf(post.text),
      review,
      typed: fields.words ?? '',
      error: status === 422 ? error : null,
      changed: status === 409 ? await loadChanged(deps, workspace, post.id) : null,
    },
    status,
  )
}
