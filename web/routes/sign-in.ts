import { tx } from '../../db/connect.ts'
import { reactivate } from '../../db/deactivation.ts'
import { recordEvent } from '../../db/events.ts'
import { deleteSession, markPasswordChecked } from '../../db/sessions.ts'
import { canonicalEmail, changePasswordHash, findUserByEmail, type Person } from '../../db/users.ts'
import { formFields, ownPath, seeOther } from '../answers.ts'
import { type AnyContext, forAnyone, forUsers, type WebDeps } from '../env.ts'
import { hashPassword, isHashStale, verifyPassword } from '../passwords.ts'
import type { Renderer } from '../render.ts'
import { endCookie, requireUser, startSession } from '../session.ts'
import { countHits, forgiveHits, signInLimits, tooManyWords } from '../throttling.ts'

export const signInRoutes = (deps: WebDeps, view: Renderer) =>
  forAnyone
    .createApp()
    .get('/sign-in', (c) => {
      const next = ownPath(c.req.query('next'))
      return c.get('user') ? c.redirect(next, 303) : view.page(c, 'sign-in/new', { next, values: {}, errors: {} })
    })
    .post('/sign-in', async (c) => {
      const { email = '', password = '', next } = await formFields(c)
      const found = await checkPassword(c, deps, email, password)
      if ('words' in found) {
        const data = { next: ownPath(next), values: { email }, errors: { form: found.words } }
        return view.page(c, 'sign-in/new', data, found.status)
      }
      const former = c.get('session')
      if (former) await deleteSession(deps.sql, c.get('user')!.id, former.id)
      await startSession(c, deps, found.person.id)
      return seeOther(c, ownPath(next))
    })
    .route('/', endingRoutes(deps, view))

const endingRoutes = (deps: WebDeps, view: Renderer) =>
  forUsers
    .createApp()
    .post('/sign-out', async (c) => {
      if (c.get('session')) await deleteSession(deps.sql, c.get('user').id, c.get('session').id)
      endCookie(c)
      c.header('Clear-Site-Data', '"cache", "storage"')
      return seeOther(c, '/', 'signed-out')
    })
    .get('/confirm-password', requireUser, (c) =>
      view.page(c, 'sign-in/confirm', { next: ownPath(c.req.query('next')), errors: {} }),
    )
    .post('/confirm-password', requireUser, async (c) => {
      const { password = '', next } = await formFields(c)
      const found = await checkPassword(c, deps, c.get('user').email, password)
      if ('words' in found) {
        const words = found.status === 429 ? found.words : 'This is not your password.'
        return view.page(c, 'sign-in/confirm', { next: ownPath(next), errors: { password: words } }, found.status)
      }
      await markPasswordChecked(deps.sql, c.get('session').id, new Date(deps.now()))
      return seeOther(c, ownPath(next))
    })

type Checked = { person: Person } | { status: 422 | 429; words: string }

/**
 * promise: A6: counts the attempt before it looks, and says the same of an address that nobody has, of a wrong password and of
 * a person who was deactivated.
 */
export const checkPassword = async (c: AnyContext, deps: WebDeps, email: string, password: string): Promise<Checked> => {
  const limits = signInLimits(c, deps, canonicalEmail(email))
  const waitS = await countHits(deps, limits)
  if (waitS !== null) {
    c.header('Retry-After', String(waitS))
    return { status: 429, words: tooManyWords(waitS) }
  }
  const person = await findUserByEmail(deps.sql, email)
  const fits = await verifyPassword(person?.passwordHash ?? null, password)
  if (!person || !fits || (person.deactivatedAt && !(await takeBack(deps, person.id))))
    return { status: 422, words: 'The email address or the password is not right.' }
  await forgiveHits(deps, limits)
  if (isHashStale(person.passwordHash)) await changePasswordHash(deps.sql, person.id, await hashPassword(password))
  return { person }
}

/** promise: R1: who deactivated their own account takes it back by signing in, until its erasure has begun. */
const takeBack = (deps: WebDeps, userId: string): Promise<boolean> =>
  tx(deps.sql, async (t) => {
    const back = await reactivate(t, userId, 'person')
    if (back) await recordEvent(t, { name: 'account.reactivated', workspaceId: null, userId, subjectId: userId })
    return back
  })
