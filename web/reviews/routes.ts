import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { formFields, formList, seeOther } from '../http/answers.ts'
import { forMembers, type MemberEnv, memberIn, type WebDeps } from '../http/env.ts'
import { isId } from '../http/ids.ts'
import type { Renderer } from '../http/render.ts'
import { requireMember } from '../http/session.ts'
import { actAnswerOf } from '../posts/post-page.ts'
import { readVersion } from '../posts/seen.ts'
import { formats } from '../time/formats.ts'
import { approve, ask } from './acts.ts'
import { loadReviews } from './page.ts'

/** The most posts that one press of a button approves or sends for approval. */
export const bulkReviewsMax = 100

/** The Reviews page, and decisions about several posts at once. */
export const reviewsRoutes = (deps: WebDeps, view: Renderer) =>
  forMembers
    .createApp()
    .get('/w/:workspace/reviews', requireMember(), async (c) => {
      const did = c.req.query('did')
      const fmt = formats(c.var.workspace, deps.now())
      return view.page(c, 'reviews/index', {
        ...(await loadReviews(deps, c.var, c.req.query('due'))),
        answer: did ? await actAnswerOf(deps, c.var.workspace, did, null, fmt) : null,
      })
    })
    .post('/w/:workspace/reviews', requireMember(), async (c) => {
      const { act, due = '' } = await formFields(c)
      if (act !== 'approve' && act !== 'ask' && act !== 'share') throw new HTTPException(400)
      const chosen = (await formList(c, 'post')).flatMap(readChosen).slice(0, bulkReviewsMax)
      const back = `/w/${c.var.workspace.slug}/reviews${due && due !== 'all' ? `?due=${encodeURIComponent(due)}` : ''}`
      if (chosen.length === 0) return seeOther(c, back, 'reviews-none')
      if (act === 'share') {
        const posts = chosen.map(({ postId }): [string, string] => ['post', postId])
        return seeOther(c, `/w/${c.var.workspace.slug}/reviews/links?${new URLSearchParams(posts)}`)
      }
      const left = await decideEach(deps, c, act, chosen)
      const said = act === 'approve' ? 'reviews-approved' : 'reviews-asked'
      return seeOther(c, back, left > 0 ? 'reviews-some' : said)
    })

type Chosen = { postId: string; version: number | null }

/** `<post>:<version>`, as the page showed it. */
const readChosen = (value: string): Chosen[] => {
  const [postId = '', version] = value.split(':')
  return isId(postId) ? [{ postId, version: readVersion(version ?? '') }] : []
}

/** Each post in a separate transaction. Returns how many were left as they are. */
const decideEach = async (
  deps: WebDeps,
  c: Context<MemberEnv>,
  act: 'approve' | 'ask',
  chosen: Chosen[],
): Promise<number> => {
  const actor = memberIn(c)
  let left = 0
  for (const seen of chosen) {
    const done =
      act === 'approve'
        ? await approve(deps, actor, seen, { now: false })
        : await ask(deps, actor, seen)
    if (typeof done !== 'object') left += 1
  }
  return left
}
