import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { enqueue } from '../../../db/notifications/outbox.ts'
import { findOpenLink, insertMailLink, spendLink } from '../../../db/people/mail-links.ts'
import { findUserByEmail, getUser } from '../../../db/people/users.ts'
import { tx } from '../../../db/postgres/connect.ts'
import { formFields, ownPath } from '../../http/answers.ts'
import { type AnyContext, forAnyone, type WebDeps } from '../../http/env.ts'
import { email as emailField } from '../../http/forms/fields.ts'
import type { Renderer } from '../../http/render.ts'
import {
  countHits,
  forgiveEmail,
  limitLinks,
  limitPublicForms,
  linkedSignInLimits,
  signInLinkLimits,
  tooManyWords,
} from '../../http/throttling.ts'
import { checkPassword } from './password-check.ts'
import { afterPassword } from './signing-in.ts'

// The time that a request for a known address takes, so that the time doesn't reveal which
// addresses are known.
const answerAfterMs = 250

/**
 * promise: A6: a locked-out person can request a link by email, whether they or someone else tried
 * too many passwords. Behind the link, their password is accepted despite earlier attempts.
 */
export const signInLinkRoutes = (deps: WebDeps, view: Renderer) =>
  forAnyone
    .createApp()
    .post('/sign-in/link', limitPublicForms(deps), (c) => ask(c, deps, view))
    .get('/sign-in/link/:token', limitLinks(deps), async (c) => {
      const link = await findOpenLink(
        deps.sql,
        'sign-in',
        c.req.param('token'),
        new Date(deps.now()),
      )
      if (!link) return view.page(c, 'sign-in/link-closed', {}, 404)
      const { email } = await getUser(deps.sql, link.userId)
      return view.page(c, 'sign-in/link', { email, action: c.req.path, errors: {} })
    })
    .post('/sign-in/link/:token', limitLinks(deps), (c) => follow(c, deps, view))

const ask = async (c: AnyContext, deps: WebDeps, view: Renderer): Promise<Response> => {
  const given = await formFields(c)
  const read = z.object({ email: emailField }).safeParse({ email: given.email ?? '' })
  const again = (form: string, status: number) =>
    view.page(
      c,
      'sign-in/new',
      { next: ownPath(given.next), values: { email: given.email }, errors: { form }, locked: true },
      status,
    )
  if (!read.success) return again(read.error.issues[0]!.message, 422)
  const waitS = await countHits(deps, signInLinkLimits(c, deps, read.data.email))
  if (waitS !== null) {
    c.header('Retry-After', String(waitS))
    return again(tooManyWords(waitS), 429)
  }
  await Promise.all([mailLink(deps, read.data.email), sleep(answerAfterMs)])
  return view.page(c, 'sign-in/link-asked', {})
}

/** Does nothing for an unknown address. The answer is the same. */
const mailLink = async (deps: WebDeps, email: string): Promise<void> => {
  const person = await findUserByEmail(deps.sql, email)
  if (!person) return
  await tx(deps.sql, async (t) => {
    const now = new Date(deps.now())
    await enqueue(
      t,
      'mail-link',
      await insertMailLink(t, { userId: person.id, purpose: 'sign-in', now }),
    )
  })
}

const follow = async (c: AnyContext, deps: WebDeps, view: Renderer): Promise<Response> => {
  const token = c.req.param('token') ?? ''
  const now = new Date(deps.now())
  const link = await findOpenLink(deps.sql, 'sign-in', token, now)
  if (!link) return view.page(c, 'sign-in/link-closed', {}, 404)
  const { email } = await getUser(deps.sql, link.userId)
  const { password = '' } = await formFields(c)
  const found = await checkPassword(c, deps, { email, password }, linkedSignInLimits(token))
  if ('words' in found) {
    const words = found.status === 422 ? 'That’s not your password.' : found.words
    return view.page(
      c,
      'sign-in/link',
      { email, action: c.req.path, errors: { password: words } },
      found.status,
    )
  }
  if (!(await spendLink(deps.sql, link.id, now)))
    return view.page(c, 'sign-in/link-closed', {}, 404)
  await forgiveEmail(c, deps, email)
  return await afterPassword(c, deps, found.person.id, '/')
}
