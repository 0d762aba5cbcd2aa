import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { tx } from '../../db/connect.ts'
import { recordEvent } from '../../db/events.ts'
import { enqueue } from '../../db/outbox.ts'
import { findOpenReset, insertPasswordReset, spendReset } from '../../db/password-resets.ts'
import { deleteSessionsOf } from '../../db/sessions.ts'
import { changePasswordHash, findUserByEmail, getUser } from '../../db/users.ts'
import { formFields, seeOther } from '../answers.ts'
import { forAnyone, type WebDeps } from '../env.ts'
import { email as emailField, faultsOf } from '../fields.ts'
import { hashPassword, passwordFault } from '../passwords.ts'
import type { Renderer } from '../render.ts'
import { endCookie } from '../session.ts'
import { countHits, forgiveEmail, limitLinks, resetLimits, tooManyWords } from '../throttling.ts'

// As long as asking takes for an address that is known, so that the time does not tell them apart.
const answerAfterMs = 250

export const passwordResetRoutes = (deps: WebDeps, view: Renderer) =>
  forAnyone
    .createApp()
    .get('/password-reset', (c) => view.page(c, 'password-reset/new', { errors: {} }))
    .post('/password-reset', async (c) => {
      const read = z.object({ email: emailField }).safeParse({ email: '', ...(await formFields(c)) })
      if (!read.success) return view.page(c, 'password-reset/new', { errors: faultsOf(read.error) }, 422)
      const { email } = read.data
      const waitS = await countHits(deps, resetLimits(c, deps, email))
      if (waitS !== null) {
        c.header('Retry-After', String(waitS))
        return view.page(c, 'password-reset/new', { errors: { form: tooManyWords(waitS) } }, 429)
      }
      await Promise.all([askForReset(deps, email), sleep(answerAfterMs)])
      return view.page(c, 'password-reset/asked', {})
    })
    .get('/password-reset/:token', limitLinks(deps), async (c) => {
      const reset = await findOpenReset(deps.sql, c.req.param('token'), new Date(deps.now()))
      return reset ? view.page(c, 'password-reset/edit', { errors: {} }) : view.page(c, 'password-reset/closed', {}, 404)
    })
    .post('/password-reset/:token', limitLinks(deps), async (c) => {
      const now = new Date(deps.now())
      const reset = await findOpenReset(deps.sql, c.req.param('token'), now)
      if (!reset) return view.page(c, 'password-reset/closed', {}, 404)
      const person = await getUser(deps.sql, reset.userId)
      const { password = '' } = await formFields(c)
      const fault = passwordFault(password, [person.name, person.email])
      if (fault) return view.page(c, 'password-reset/edit', { errors: { password: fault } }, 422)
      if (!(await changeByReset(deps, reset, password))) return view.page(c, 'password-reset/closed', {}, 404)
      await forgiveEmail(c, deps, person.email)
      endCookie(c)
      return seeOther(c, '/sign-in', 'password-reset')
    })

/** Nothing happens for an address that nobody has, and nobody is told so. */
const askForReset = async (deps: WebDeps, email: string): Promise<void> => {
  const person = await findUserByEmail(deps.sql, email)
  if (!person || person.deactivatedAt) return
  await tx(deps.sql, async (t) => {
    const id = await insertPasswordReset(t, person.id, new Date(deps.now()))
    await enqueue(t, 'password-reset', id)
  })
}

/** One token changes one password once, and ends every session of the person. */
const changeByReset = async (deps: WebDeps, reset: { id: string; userId: string }, password: string): Promise<boolean> => {
  const hash = await hashPassword(password)
  return await tx(deps.sql, async (t) => {
    if (!(await spendReset(t, reset, new Date(deps.now())))) return false
    await changePasswordHash(t, reset.userId, hash)
    await deleteSessionsOf(t, reset.userId)
    await recordEvent(t, { name: 'password.reset', workspaceId: null, userId: reset.userId, subjectId: reset.userId })
    return true
  })
}
