import { z } from 'zod'
import { listAppsOfPerson } from '../../db/api/apps.ts'
import { chooseMailedNotices, findMailedNotices } from '../../db/notifications/notice-mails.ts'
import { noticeKinds } from '../../db/notifications/notifications.ts'
import { endAccess, endAccessAndApps, endMailedLinks } from '../../db/people/access.ts'
import { recordAccountEvent } from '../../db/people/account-events.ts'
import { findPendingEmail } from '../../db/people/mail-links.ts'
import { deleteSession, listSessions } from '../../db/people/sessions.ts'
import {
  changeDates,
  changePasswordHash,
  changeShortcuts,
  changeTheme,
  renameUser,
} from '../../db/people/users.ts'
import { tx } from '../../db/postgres/connect.ts'
import { terms } from '../../db/privacy/terms.ts'
import { appView } from '../api/app-view.ts'
import { formFields, formList, seeOther } from '../http/answers.ts'
import { type AnyContext, forUsers, type WebDeps } from '../http/env.ts'
import { dateStyle, type Errors, personName, theme } from '../http/forms/fields.ts'
import type { Renderer } from '../http/render.ts'
import { endCookie, requireUser } from '../http/session.ts'
import { requireFresh } from './sign-in/confirming.ts'
import { knownNames } from './sign-in/known-names.ts'
import { checkOwnPassword } from './sign-in/password-check.ts'
import { passwordFault } from './sign-in/password-strength.ts'
import { hashPassword } from './sign-in/passwords.ts'
import { completeSignIn } from './sign-in/signing-in.ts'

type Fields = Record<string, string>
export type AccountPage = { deps: WebDeps; view: Renderer }

/** promise: E2: people can correct everything that is stored about them here. */
export const accountRoutes = (deps: WebDeps, view: Renderer) => {
  const freshFactor = requireFresh(deps, view, { onlyFactor: true })
  return forUsers
    .createApp()
    .get('/account', requireUser, (c) => showAccount(c, { deps, view }))
    .post('/account/name', requireUser, async (c) => {
      const given = await formFields(c)
      const name = personName.safeParse(given.name ?? '')
      if (!name.success)
        return showAccount(c, { deps, view }, given, { name: name.error.issues[0]!.message })
      await renameUser(deps.sql, c.get('user').id, name.data)
      return seeOther(c, '/account', 'name-saved')
    })
    .post(
      '/account/password',
      requireUser,
      freshFactor,
      async (c) => await savePassword(c, { deps, view }, await formFields(c)),
    )
    .post('/account/theme', requireUser, async (c) => {
      const chosen = theme.safeParse((await formFields(c)).theme)
      if (!chosen.success)
        return showAccount(c, { deps, view }, {}, { theme: chosen.error.issues[0]!.message })
      await changeTheme(deps.sql, c.get('user').id, chosen.data)
      return seeOther(c, '/account', 'theme-saved')
    })
    .post('/account/dates', requireUser, async (c) => {
      const chosen = dateStyle.safeParse(await formFields(c))
      if (!chosen.success)
        return showAccount(c, { deps, view }, {}, { dates: 'Choose one of each list.' })
      await changeDates(deps.sql, c.get('user').id, chosen.data)
      return seeOther(c, '/account#dates', 'dates-saved')
    })
    .post('/account/shortcuts', requireUser, async (c) => {
      const { shortcuts } = await formFields(c)
      await changeShortcuts(deps.sql, c.get('user').id, shortcuts === 'on')
      return seeOther(c, '/account#shortcuts', 'shortcuts-saved')
    })
    .post('/account/notices', requireUser, async (c) => {
      const chosen = await formList(c, 'kind')
      await chooseMailedNotices(
        deps.sql,
        c.get('user').id,
        noticeKinds.filter((one) => chosen.includes(one)),
      )
      return seeOther(c, '/account#notices', 'notices-saved')
    })
    .post('/account/sessions/end-others', requireUser, async (c) => {
      await endAccess(deps.sql, c.get('user').id, {
        now: new Date(deps.now()),
        keepSessionId: c.get('session').id,
      })
      return seeOther(c, '/account', 'sessions-ended')
    })
    .post('/account/sessions/:id/end', requireUser, async (c) => {
      const id = z.uuid().safeParse(c.req.param('id'))
      const isOwn = id.data === c.get('session').id
      if (!id.success || !(await endSession(deps, c.get('user').id, { id: id.data, isOwn })))
        return c.notFound()
      if (!isOwn) return seeOther(c, '/account', 'session-ended')
      endCookie(c)
      return seeOther(c, '/', 'signed-out')
    })
}

/**
 * Ends a session. If it isn't the current one, ends the mailed links too, because a session that
 * isn't trusted may have requested them.
 */
const endSession = (
  deps: WebDeps,
  userId: string,
  session: { id: string; isOwn: boolean },
): Promise<boolean> =>
  tx(deps.sql, async (t) => {
    const ended = await deleteSession(t, userId, session.id)
    if (ended && !session.isOwn) await endMailedLinks(t, userId, new Date(deps.now()))
    return ended
  })

/** The whole page, with what was typed and the errors. */
export const showAccount = async (
  c: AnyContext,
  { deps, view }: AccountPage,
  values: Fields = {},
  errors: Errors = {},
  status?: number,
) => {
  const now = new Date(deps.now())
  const [list, pendingEmail, connected] = await Promise.all([
    listSessions(deps.sql, c.get('user').id, now),
    findPendingEmail(deps.sql, c.get('user').id, now),
    listAppsOfPerson(deps.sql, c.get('user').id, now),
  ])
  const apps = connected.map(appView)
  const sessions = list.map((session) => ({ ...session, here: session.id === c.get('session').id }))
  const plainValues = { name: values.name, email: values.email }
  const answer = status ?? (Object.keys(errors).length > 0 ? 422 : 200)
  const mailed = await findMailedNotices(deps.sql, c.get('user').id)
  return view.page(
    c,
    'account/show',
    { mailed, sessions, apps, pendingEmail, values: plainValues, errors, keptFor: terms.account },
    answer,
  )
}

/** Saves a new password. Ends all sessions and apps; this browser gets a new one. */
const savePassword = async (c: AnyContext, page: AccountPage, given: Fields): Promise<Response> => {
  const { deps } = page
  const user = c.get('user')
  const checked = await checkOwnPassword(c, deps, given.current ?? '')
  if ('words' in checked)
    return await showAccount(c, page, {}, { current: checked.words }, checked.status)
  const fault = passwordFault(given.password ?? '', await knownNames(deps, user))
  if (fault) return await showAccount(c, page, {}, { password: fault })
  const hash = await hashPassword(given.password ?? '')
  await tx(deps.sql, async (t) => {
    await changePasswordHash(t, user.id, hash)
    await endAccessAndApps(t, user.id, new Date(deps.now()))
    await recordAccountEvent(t, 'password.changed', user.id)
  })
  await completeSignIn(c, deps, user.id, {
    withSecondFactor: c.get('session').secondFactorAt !== null,
  })
  return seeOther(c, '/account', 'password-changed')
}
