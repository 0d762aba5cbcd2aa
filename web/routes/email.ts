import { z } from 'zod'
import { tx } from '../../db/connect.ts'
import { recordEvent } from '../../db/events.ts'
import { findOpenLink, insertMailLink, type LinkPurpose, spendLink } from '../../db/mail-links.ts'
import { enqueue } from '../../db/outbox.ts'
import { spendResetsOf } from '../../db/password-resets.ts'
import { deleteSessionsOf } from '../../db/sessions.ts'
import { changeEmail, findUserByEmail, getUser } from '../../db/users.ts'
import { formFields, seeOther } from '../answers.ts'
import { type AnyContext, forAnyone, type WebDeps } from '../env.ts'
import { email, faultsOf } from '../fields.ts'
import type { Renderer } from '../render.ts'
import { endCookie, requireUser } from '../session.ts'
import { countHits, limitLinks, tooManyWords } from '../throttling.ts'
import { type AccountPage, ownPasswordWords, showAccount } from './account.ts'
import { checkPassword } from './sign-in.ts'

/**
 * promise: E2: an address of one's own is changed by a link that is mailed to the new one; the former one is told, with a link that
 * takes the change back. Following a link shows a page first, so that no mail scanner changes anything.
 */
export const emailRoutes = (deps: WebDeps, view: Renderer) =>
  forAnyone
    .createApp()
    .post('/account/email', requireUser as never, (c) => ask(c, { deps, view }))
    .get('/account/email/:token', limitLinks(deps), (c) => confirmPage(c, deps, view, 'email'))
    .post('/account/email/:token', limitLinks(deps), async (c) => {
      if (!(await confirm(deps, c.req.param('token')))) return view.page(c, 'account/link-closed', {}, 404)
      return seeOther(c, c.get('user') ? '/account' : '/sign-in', 'email-saved')
    })
    .get('/account/email-back/:token', limitLinks(deps), (c) => confirmPage(c, deps, view, 'email-back'))
    .post('/account/email-back/:token', limitLinks(deps), async (c) => {
      if (!(await takeBack(deps, c.req.param('token')))) return view.page(c, 'account/link-closed', {}, 404)
      if (c.get('user')) endCookie(c)
      return seeOther(c, '/password-reset', 'email-back')
    })

const ask = async (c: AnyContext, page: AccountPage): Promise<Response> => {
  const { deps } = page
  const user = c.get('user')
  const given = await formFields(c)
  const read = z.object({ email }).safeParse({ email: given.email ?? '' })
  if (!read.success) return await showAccount(c, page, given, faultsOf(read.error))
  const checked = await checkPassword(c, deps, user.email, given.password ?? '')
  if ('words' in checked) return await showAccount(c, page, given, { emailPassword: ownPasswordWords(checked) }, checked.status)
  if (await findUserByEmail(deps.sql, read.data.email))
    return await showAccount(c, page, given, { email: 'This address cannot be used: it belongs to an account already.' })
  const waitS = await countHits(deps, [{ purpose: 'email-change', of: user.id, hits: 5, windowS: 3600 }])
  if (waitS !== null) {
    c.header('Retry-After', String(waitS))
    return await showAccount(c, page, given, { email: tooManyWords(waitS) }, 429)
  }
  await tx(deps.sql, async (t) => {
    const link = { userId: user.id, purpose: 'email' as const, newEmail: read.data.email, now: new Date(deps.now()) }
    await enqueue(t, 'mail-link', await insertMailLink(t, link))
  })
  return seeOther(c, '/account', 'email-asked')
}

const confirmPage = async (c: AnyContext, deps: WebDeps, view: Renderer, purpose: LinkPurpose): Promise<Response> => {
  const link = await findOpenLink(deps.sql, purpose, c.req.param('token') ?? '', new Date(deps.now()))
  if (!link) return view.page(c, 'account/link-closed', {}, 404)
  return view.page(c, 'account/email', { action: c.req.path, email: link.newEmail, back: purpose === 'email-back' })
}

/** False when the link is over, or the address has come to belong to somebody else meanwhile. */
const confirm = (deps: WebDeps, token: string): Promise<boolean> =>
  tx(deps.sql, async (t) => {
    const now = new Date(deps.now())
    const link = await findOpenLink(t, 'email', token, now)
    if (!link?.newEmail || !(await spendLink(t, link.id, now))) return false
    const { email: former } = await getUser(t, link.userId)
    if (!(await changeEmail(t, link.userId, link.newEmail))) return false
    await enqueue(t, 'mail-link', await insertMailLink(t, { userId: link.userId, purpose: 'email-back', newEmail: former, now }))
    await recordEvent(t, { name: 'email.changed', workspaceId: null, userId: link.userId, subjectId: link.userId })
    return true
  })

/** Whoever changed it is signed out everywhere, and can do nothing with links that were mailed to them. */
const takeBack = (deps: WebDeps, token: string): Promise<boolean> =>
  tx(deps.sql, async (t) => {
    const now = new Date(deps.now())
    const link = await findOpenLink(t, 'email-back', token, now)
    if (!link?.newEmail || !(await spendLink(t, link.id, now))) return false
    if (!(await changeEmail(t, link.userId, link.newEmail))) return false
    await deleteSessionsOf(t, link.userId)
    await spendResetsOf(t, link.userId, now)
    await t`update mail_links set used_at = ${now} where user_id = ${link.userId} and used_at is null`
    await recordEvent(t, { name: 'email.changed', workspaceId: null, userId: link.userId, subjectId: link.userId })
    return true
  })
