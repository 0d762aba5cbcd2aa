import { z } from 'zod'
import { deleteApiKeysOf } from '../../db/api/keys.ts'
import { deleteCodesOf } from '../../db/api/oauth-codes.ts'
import { deleteFeedsOf } from '../../db/feeds/feeds.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { enqueue } from '../../db/notifications/outbox.ts'
import { endAccess, endMailedLinks } from '../../db/people/access.ts'
import { recordAccountEvent } from '../../db/people/account-events.ts'
import { reactivate } from '../../db/people/deactivation.ts'
import {
  cancelMailLink,
  findOpenLink,
  insertMailLink,
  spendLink,
} from '../../db/people/mail-links.ts'
import { removeSecondFactors } from '../../db/people/second-factor.ts'
import { changeEmail, findUserByEmail, getUser, lockEmail } from '../../db/people/users.ts'
import { tx } from '../../db/postgres/connect.ts'
import { formFields, seeOther } from '../http/answers.ts'
import { type AnyContext, forAnyone, type WebDeps } from '../http/env.ts'
import { email, fieldErrorsOf } from '../http/forms/fields.ts'
import type { Renderer } from '../http/render.ts'
import { endCookie, requireUser } from '../http/session.ts'
import { countHits, limitLinks, limitPublicForms, tooManyWords } from '../http/throttling.ts'
import { type AccountPage, showAccount } from './account-routes.ts'
import { requireFresh } from './sign-in/confirming.ts'
import { checkOwnPassword } from './sign-in/password-check.ts'

/**
 * promise: E2: people change their email address by opening a link that is sent to the new address,
 * while signed in. So a mistyped address gives nobody access to the account. The old address gets
 * an email about the request and the change, and can undo the change. A link opens a page first, so
 * that mail scanners change nothing.
 */
export const emailRoutes = (deps: WebDeps, view: Renderer) =>
  forAnyone
    .createApp()
    .post(
      '/account/email',
      requireUser as never,
      limitPublicForms(deps),
      requireFresh(deps, view, { onlyFactor: true }) as never,
      (c) => ask(c, { deps, view }),
    )
    .post('/account/email/cancel', requireUser as never, async (c) => {
      await cancel(deps, c.get('user')!.id)
      return seeOther(c, '/account', 'email-canceled')
    })
    .get('/account/email/:token', limitLinks(deps), requireUser as never, (c) =>
      confirmPage(c, deps, view, 'email'),
    )
    .post('/account/email/:token', limitLinks(deps), requireUser as never, async (c) => {
      if (!(await confirm(deps, c.req.param('token'), c.get('user')!.id)))
        return view.page(c, 'account/link-closed', {}, 404)
      return seeOther(c, '/account', 'email-saved')
    })
    .get('/account/email-back/:token', limitLinks(deps), (c) =>
      confirmPage(c, deps, view, 'email-back'),
    )
    .post('/account/email-back/:token', limitLinks(deps), async (c) => {
      if (!(await takeBack(deps, c.req.param('token'))))
        return view.page(c, 'account/link-closed', {}, 404)
      if (c.get('user')) endCookie(c)
      return seeOther(c, '/password-reset', 'email-back')
    })

const ask = async (c: AnyContext, page: AccountPage): Promise<Response> => {
  const { deps } = page
  const user = c.get('user')
  const given = await formFields(c)
  const read = z.object({ email }).safeParse({ email: given.email ?? '' })
  if (!read.success) return await showAccount(c, page, given, fieldErrorsOf(read.error))
  const checked = await checkOwnPassword(c, deps, given.password ?? '')
  if ('words' in checked)
    return await showAccount(c, page, given, { emailPassword: checked.words }, checked.status)
  if (await findUserByEmail(deps.sql, read.data.email))
    return await showAccount(c, page, given, {
      email: 'This address is already used by another account.',
    })
  const waitS = await countHits(deps, [{ purpose: 'email-change', of: user.id }])
  if (waitS !== null) {
    c.header('Retry-After', String(waitS))
    return await showAccount(c, page, given, { email: tooManyWords(waitS) }, 429)
  }
  await tx(deps.sql, async (t) => {
    const link = {
      userId: user.id,
      purpose: 'email' as const,
      newEmail: read.data.email,
      now: new Date(deps.now()),
    }
    await enqueue(t, 'mail-link', await insertMailLink(t, link))
    await recordAccountEvent(t, 'email.change_requested', user.id)
  })
  return seeOther(c, '/account', 'email-asked')
}

const cancel = (deps: WebDeps, userId: string): Promise<void> =>
  tx(deps.sql, async (t) => {
    if (await cancelMailLink(t, userId, 'email'))
      await recordEvent(t, {
        name: 'email.change_canceled',
        workspaceId: null,
        userId,
        subjectId: userId,
      })
  })

/**
 * The link that confirms a change works only for its signed-in person. The link that undoes it
 * works for anyone who has the old mailbox.
 */
const confirmPage = async (
  c: AnyContext,
  deps: WebDeps,
  view: Renderer,
  purpose: 'email' | 'email-back',
): Promise<Response> => {
  const link = await findOpenLink(
    deps.sql,
    purpose,
    c.req.param('token') ?? '',
    new Date(deps.now()),
  )
  if (!link || (purpose === 'email' && link.userId !== c.get('user').id))
    return view.page(c, 'account/link-closed', {}, 404)
  return view.page(c, 'account/email', {
    action: c.req.path,
    email: link.newEmail,
    back: purpose === 'email-back',
  })
}

/**
 * False if the link isn't open or is another person's, or if another account has the address by
 * now.
 */
const confirm = (deps: WebDeps, token: string, userId: string): Promise<boolean> =>
  tx(deps.sql, async (t) => {
    const now = new Date(deps.now())
    const link = await findOpenLink(t, 'email', token, now)
    if (!link?.newEmail || link.userId !== userId || !(await spendLink(t, link.id, now)))
      return false
    const { email: former } = await getUser(t, userId)
    await lockEmail(t, link.newEmail)
    if (!(await changeEmail(t, userId, link.newEmail))) return false
    // Other links were sent to a mailbox that no longer belongs to the account.
    await endMailedLinks(t, userId, now)
    await enqueue(
      t,
      'mail-link',
      await insertMailLink(t, { userId, purpose: 'email-back', newEmail: former, now }),
    )
    await recordEvent(t, { name: 'email.changed', workspaceId: null, userId, subjectId: userId })
    return true
  })

/**
 * Returns the account to its former address and ends all access, including keys, apps, feeds and
 * "undo" links of later changes. Reactivates a deactivated account, because whoever changed the
 * address may have deactivated it.
 */
const takeBack = (deps: WebDeps, token: string): Promise<boolean> =>
  tx(deps.sql, async (t) => {
    const now = new Date(deps.now())
    const link = await findOpenLink(t, 'email-back', token, now)
    if (!link?.newEmail || !(await spendLink(t, link.id, now))) return false
    const { userId } = link
    await lockEmail(t, link.newEmail)
    if (!(await changeEmail(t, userId, link.newEmail))) return false
    await endAccess(t, userId, { now })
    // Whoever had the account can have made keys and links, which must not outlast this.
    await deleteCodesOf(t, userId)
    await deleteApiKeysOf(t, userId)
    await deleteFeedsOf(t, userId)
    await cancelMailLink(t, userId, 'email-back')
    // Second factors that were added after the change belong to whoever made it.
    await removeSecondFactors(t, userId, link.createdAt)
    await reactivate(t, userId, 'person')
    await recordEvent(t, { name: 'email.changed', workspaceId: null, userId, subjectId: userId })
    return true
  })
