import { z } from 'zod'
import { tx } from '../../db/connect.ts'
import { recordEvent } from '../../db/events.ts'
import { chooseMailedNotices, findMailedNotices, noticeKinds } from '../../db/notices.ts'
import { spendResetsOf } from '../../db/password-resets.ts'
import { deleteSession, deleteSessionsOf, listSessions } from '../../db/sessions.ts'
import { changePasswordHash, changeTheme, renameUser } from '../../db/users.ts'
import { formFields, seeOther } from '../answers.ts'
import { type AnyContext, forUsers, type WebDeps } from '../env.ts'
import { type Errors, personName, theme } from '../fields.ts'
import { hashPassword, passwordFault } from '../passwords.ts'
import type { Renderer } from '../render.ts'
import { endCookie, requireUser, startSession } from '../session.ts'
import { checkPassword } from './sign-in.ts'

type Fields = Record<string, string>
export type AccountPage = { deps: WebDeps; view: Renderer }

/** promise: E2: everything that is kept about a person can be corrected here by themselves. */
export const accountRoutes = (deps: WebDeps, view: Renderer) =>
  forUsers
    .createApp()
    .get('/account', requireUser, (c) => showAccount(c, { deps, view }))
    .post('/account/name', requireUser, async (c) => {
      const given = await formFields(c)
      const name = personName.safeParse(given.name ?? '')
      if (!name.success) return showAccount(c, { deps, view }, given, { name: name.error.issues[0]!.message })
      await renameUser(deps.sql, c.get('user').id, name.data)
      return seeOther(c, '/account', 'name-saved')
    })
    .post('/account/password', requireUser, async (c) => await savePassword(c, { deps, view }, await formFields(c)))
    .post('/account/theme', requireUser, async (c) => {
      const chosen = theme.safeParse((await formFields(c)).theme)
      if (!chosen.success) return showAccount(c, { deps, view }, {}, { theme: chosen.error.issues[0]!.message })
      await changeTheme(deps.sql, c.get('user').id, chosen.data)
      return seeOther(c, '/account', 'theme-saved')
    })
    .post('/account/notices', requireUser, async (c) => {
      const { kind } = await c.req.parseBody({ all: true })
      const chosen = [kind ?? []].flat()
      await chooseMailedNotices(
        deps.sql,
        c.get('user').id,
        noticeKinds.filter((one) => chosen.includes(one)),
      )
      return seeOther(c, '/account#notices', 'notices-saved')
    })
    .post('/account/sessions/end-others', requireUser, async (c) => {
      await deleteSessionsOf(deps.sql, c.get('user').id, c.get('session').id)
      return seeOther(c, '/account', 'sessions-ended')
    })
    .post('/account/sessions/:id/end', requireUser, async (c) => {
      const id = z.uuid().safeParse(c.req.param('id'))
      if (!id.success || !(await deleteSession(deps.sql, c.get('user').id, id.data))) return c.notFound()
      if (id.data !== c.get('session').id) return seeOther(c, '/account', 'session-ended')
      endCookie(c)
      return seeOther(c, '/', 'signed-out')
    })

/** The whole page, with what was typed and what is wrong with it. */
export const showAccount = async (
  c: AnyContext,
  { deps, view }: AccountPage,
  values: Fields = {},
  errors: Errors = {},
  status?: number,
) => {
  const list = await listSessions(deps.sql, c.get('user').id, new Date(deps.now()))
  const sessions = list.map((session) => ({ ...session, here: session.id === c.get('session').id }))
  const plainValues = { name: values.name, email: values.email }
  const answer = status ?? (Object.keys(errors).length > 0 ? 422 : 200)
  const mailed = await findMailedNotices(deps.sql, c.get('user').id)
  return view.page(c, 'account/show', { mailed, sessions, values: plainValues, errors }, answer)
}

/** Every session ends, this one too; the browser that changed the password gets a new one. */
const savePassword = async (c: AnyContext, page: AccountPage, given: Fields): Promise<Response> => {
  const { deps } = page
  const user = c.get('user')
  const checked = await checkPassword(c, deps, user.email, given.current ?? '')
  if ('words' in checked) return await showAccount(c, page, {}, { current: ownPasswordWords(checked) }, checked.status)
  const fault = passwordFault(given.password ?? '', [user.name, user.email])
  if (fault) return await showAccount(c, page, {}, { password: fault })
  const hash = await hashPassword(given.password ?? '')
  await tx(deps.sql, async (t) => {
    await changePasswordHash(t, user.id, hash)
    await deleteSessionsOf(t, user.id)
    await spendResetsOf(t, user.id, new Date(deps.now()))
    await recordEvent(t, { name: 'password.changed', workspaceId: null, userId: user.id, subjectId: user.id })
  })
  await startSession(c, deps, user.id)
  return seeOther(c, '/account', 'password-changed')
}

export const ownPasswordWords = (checked: { status: number; words: string }): string =>
  checked.status === 429 ? checked.words : 'This is not your password.'
