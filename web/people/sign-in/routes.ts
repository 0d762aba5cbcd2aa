import { deleteSession } from '../../../db/people/sessions.ts'
import { formFields, ownPath, seeOther } from '../../http/answers.ts'
import { forAnyone, forUsers, type WebDeps } from '../../http/env.ts'
import type { Renderer } from '../../http/render.ts'
import { endCookie, requireUser } from '../../http/session.ts'
import { limitPublicForms } from '../../http/throttling.ts'
import { askToConfirm, confirmHere } from './confirming.ts'
import { requestOptions } from './passkeys.ts'
import { checkSignIn } from './password-check.ts'
import { afterPassword } from './signing-in.ts'

export const signInRoutes = (deps: WebDeps, view: Renderer) =>
  forAnyone
    .createApp()
    .get('/sign-in', (c) => {
      const next = ownPath(c.req.query('next'))
      return c.get('user')
        ? c.redirect(next, 303)
        : view.page(c, 'sign-in/new', { next, values: {}, errors: {} })
    })
    .post('/sign-in', limitPublicForms(deps), async (c) => {
      const { email = '', password = '', next } = await formFields(c)
      const found = await checkSignIn(c, deps, { email, password })
      if ('person' in found) return await afterPassword(c, deps, found.person.id, ownPath(next))
      const data = {
        next: ownPath(next),
        values: { email },
        errors: { form: found.words },
        locked: found.status === 429,
      }
      return view.page(c, 'sign-in/new', data, found.status)
    })
    .route('/', endingRoutes(deps, view))

const endingRoutes = (deps: WebDeps, view: Renderer) =>
  forUsers
    .createApp()
    .post('/sign-out', async (c) => {
      const open = c.get('session') ? c.get('session') : c.get('waiting')?.session
      const userId = c.get('user')?.id ?? c.get('waiting')?.user.id
      if (open && userId) await deleteSession(deps.sql, userId, open.id)
      endCookie(c)
      c.header('Clear-Site-Data', '"cache", "storage"')
      return seeOther(c, '/', 'signed-out')
    })
    .get('/confirm', requireUser, async (c) => {
      const next = ownPath(c.req.query('next'))
      return await askToConfirm(
        c,
        deps,
        view,
        { action: '/confirm', back: next },
        { fields: [['next', next]] },
      )
    })
    .post('/confirm/passkey-options', requireUser, async (c) => {
      const use = { purpose: 'confirm', sessionId: c.get('session').id } as const
      return c.json(await requestOptions(deps, use, c.get('user').id), 200, {
        'Cache-Control': 'no-store',
      })
    })
    .post('/confirm', requireUser, async (c) => {
      const next = ownPath((await formFields(c)).next)
      const refused = await confirmHere(c, deps, view, { action: '/confirm', back: next })
      return refused ?? seeOther(c, next)
    })
