import { z } from 'zod'
import { recordEvent } from '../../../db/notifications/events.ts'
import { tx } from '../../../db/postgres/connect.ts'
import { insertClient, renameClient } from '../../../db/posts/review-links/clients.ts'
import { markLinkOpened } from '../../../db/posts/review-links/links.ts'
import { usualStyle } from '../../../text/date-style.ts'
import { formFields, formList, seeOther } from '../../http/answers.ts'
import { type AnyContext, forAnyone, type WebDeps } from '../../http/env.ts'
import { fieldErrorsOf, personName } from '../../http/forms/fields.ts'
import { isId } from '../../http/ids.ts'
import type { Renderer } from '../../http/render.ts'
import {
  countHits,
  forgiveHits,
  limitReviews,
  passphraseLimits,
  tooManyWords,
} from '../../http/throttling.ts'
import { verifyPassword } from '../../people/sign-in/passwords.ts'
import { formats } from '../../time/formats.ts'
import { reviewWordsMax } from '../acts.ts'
import { bulkReviewsMax } from '../routes.ts'
import { type ClientDecision, decideAsClient } from './acts.ts'
import { linkFrameOf, loadClientPage, type RefusedDecision } from './page.ts'
import { findVisit, isUnlocked, setClientCookie, type Visit } from './visit.ts'

/** The most clients who review by one link. */
export const linkClientsMax = 50
const path = '/review/:code'
type Fields = Record<string, string>

/**
 * What a client sees and does by a review link, without an account. Each request looks the link up
 * again; a link that never was, has expired or was revoked gets one same answer.
 */
export const clientRoutes = (deps: WebDeps, view: Renderer) => {
  const limited = limitReviews(deps)
  const withVisit = async (
    c: AnyContext,
    answer: (visit: Visit) => Promise<Response>,
  ): Promise<Response> => {
    c.header('X-Robots-Tag', 'noindex, nofollow')
    const visit = await findVisit(deps, c)
    return visit ? answer(visit) : view.page(c, 'review/closed', {}, 404)
  }
  const decideOne = (c: AnyContext, decisionIn: (fields: Fields) => ClientDecision) =>
    withVisit(c, async (visit) => {
      const fields = await formFields(c)
      return decide(deps, view, c, visit, fields, decisionIn(fields))
    })
  return forAnyone
    .createApp()
    .get(path, limited, (c) =>
      withVisit(c, async (visit) => {
        await noteOpened(deps, visit)
        return show(deps, view, c, visit)
      }),
    )
    .post(`${path}/name`, limited, (c) => withVisit(c, (visit) => enter(deps, view, c, visit)))
    .post(`${path}/approve`, limited, (c) => withVisit(c, (visit) => approveAll(deps, c, visit)))
    .post(`${path}/posts/:post/approve`, limited, (c) => decideOne(c, () => ({ do: 'approve' })))
    .post(`${path}/posts/:post/undo`, limited, (c) => decideOne(c, () => ({ do: 'undo' })))
    .post(`${path}/posts/:post/changes`, limited, (c) =>
      decideOne(c, ({ words = '' }) => ({ do: 'changes', words: words.trim() })),
    )
}

const show = async (
  deps: WebDeps,
  view: Renderer,
  c: AnyContext,
  visit: Visit,
  refused: RefusedDecision | null = null,
  status: 200 | 409 | 422 = 200,
): Promise<Response> =>
  isUnlocked(visit)
    ? view.page(
        c,
        'review/show',
        { ...(await loadClientPage(deps, visit, refused)), ...named },
        status,
      )
    : view.page(c, 'review/locked', { ...frame(deps, visit), ...named })

const named = { values: { name: '' }, errors: {} }
const frame = (deps: WebDeps, visit: Visit) =>
  linkFrameOf(visit, formats({ zone: visit.link.zone, dates: usualStyle }, deps.now()))

/** Every view is in the activity log. */
const noteOpened = (deps: WebDeps, { link }: Visit): Promise<void> =>
  tx(deps.sql, async (t) => {
    await markLinkOpened(t, link.id, new Date(deps.now()))
    await recordEvent(t, {
      name: 'review_link.opened',
      workspaceId: link.workspaceId,
      userId: null,
      subjectId: link.id,
      facts: { client: link.client?.id ?? null },
    })
  })

const clientFields = z.object({ name: personName })

/** Takes the client's name, and the passphrase if the link has one. */
const enter = async (
  deps: WebDeps,
  view: Renderer,
  c: AnyContext,
  visit: Visit,
): Promise<Response> => {
  const { link } = visit
  const fields = await formFields(c)
  const again = async (errors: Fields, status: 422 | 429) => {
    const data = { values: { name: fields.name ?? '' }, errors }
    return isUnlocked(visit)
      ? view.page(c, 'review/show', { ...(await loadClientPage(deps, visit)), ...data }, status)
      : view.page(c, 'review/locked', { ...frame(deps, visit), ...data }, status)
  }
  const read = clientFields.safeParse({ name: '', ...fields })
  if (!read.success) return again(fieldErrorsOf(read.error), 422)
  const { name } = read.data
  if (link.client) {
    await renameClient(deps.sql, { linkId: link.id, clientId: link.client.id }, name)
    return seeOther(c, visit.base)
  }
  if (link.passphraseHash !== null) {
    const limits = passphraseLimits(c, deps, link.id)
    const waitS = await countHits(deps, limits)
    if (waitS !== null) {
      c.header('Retry-After', String(waitS))
      return again({ passphrase: tooManyWords(waitS) }, 429)
    }
    if (!(await verifyPassword(link.passphraseHash, fields.passphrase ?? '')))
      return again({ passphrase: 'That’s not the passphrase.' }, 422)
    await forgiveHits(deps, limits.slice(0, 1))
  }
  const { id: linkId, workspaceId } = link
  const now = new Date(deps.now())
  const client = { linkId, workspaceId, name, most: linkClientsMax, now }
  const made = await tx(deps.sql, (t) => insertClient(t, client))
  if (!made) return again({ name: tooManyClients }, 422)
  setClientCookie(c, visit, made.cookie, deps.now())
  return seeOther(c, visit.base)
}

const tooManyClients =
  'Too many people have used this link. Ask the person who sent it for another one.'

const decide = async (
  deps: WebDeps,
  view: Renderer,
  c: AnyContext,
  visit: Visit,
  fields: Fields,
  decision: ClientDecision,
): Promise<Response> => {
  const postId = c.req.param('post') ?? ''
  const { client } = visit.link
  if (!client) return seeOther(c, visit.base)
  if (!isId(postId)) return view.page(c, 'review/closed', {}, 404)
  const words = fields.words ?? ''
  const refuse = (error: string | null, status: 409 | 422) =>
    show(deps, view, c, visit, { postId, words, error, isChanged: status === 409 }, status)
  if (decision.do === 'changes') {
    if (decision.words === '') return refuse('What should change?', 422)
    if (decision.words.length > reviewWordsMax)
      return refuse(`Use at most ${reviewWordsMax} characters.`, 422)
  }
  const done = await decideAsClient(deps, by(visit, client.id), seenIn(postId, fields), decision)
  if (done === 'conflict') return refuse(null, 409)
  const said = {
    approve: 'client-approved',
    changes: 'client-changes',
    undo: 'client-undone',
  } as const
  return seeOther(c, visit.base, done === 'done' ? said[decision.do] : 'client-late')
}

const by = ({ link }: Visit, clientId: string) => ({
  workspaceId: link.workspaceId,
  linkId: link.id,
  clientId,
})

const seenIn = (postId: string, fields: Fields) => ({ postId, seen: fields.seen ?? '' })

/** Approves what the page showed. What has changed since then is left as it is. */
const approveAll = async (deps: WebDeps, c: AnyContext, visit: Visit): Promise<Response> => {
  const { client } = visit.link
  if (!client) return seeOther(c, visit.base)
  let left = 0
  for (const chosen of (await formList(c, 'post')).slice(0, bulkReviewsMax)) {
    const [postId = '', seen = ''] = chosen.split(':')
    const done = isId(postId)
      ? await decideAsClient(deps, by(visit, client.id), { postId, seen }, { do: 'approve' })
      : 'gone'
    if (done !== 'done') left += 1
  }
  return seeOther(c, visit.base, left > 0 ? 'client-some' : 'client-all')
}
