import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { enqueue } from '../../../db/notifications/outbox.ts'
import { endAccessAndApps } from '../../../db/people/access.ts'
import { recordAccountEvent } from '../../../db/people/account-events.ts'
import {
  findOpenReset,
  insertPasswordReset,
  spendReset,
} from '../../../db/people/password-resets.ts'
import { changePasswordHash, findUserByEmail, getUser } from '../../../db/people/users.ts'
import { tx } from '../../../db/postgres/connect.ts'
import { formFields, seeOther } from '../../http/answers.ts'
import { forAnyone, type WebDeps } from '../../http/env.ts'
import { email as emailField, fieldErrorsOf } from '../../http/forms/fields.ts'
import type { Renderer } from '../../http/render.ts'
import { endCookie } from '../../http/session.ts'
import {
  countHits,
  forgiveEmail,
  limitLinks,
  limitPublicForms,
  resetLimits,
  tooManyWords,
} from '../../http/throttling.ts'
import { knownNames } from './known-names.ts'
import { passwordFault } from './password-strength.ts'
import { hashPassword } from './passwords.ts'

// The time that a request for a known address takes, so that the time doesn't reveal which
// addresses are known.
const answerAfterMs = 250

export const passwordResetRoutes = (deps: WebDeps, view: Renderer) =>
  forAnyone
    .createApp()
    .get('/password-reset', (c) => view.page(c, 'password-reset/new', { errors: {} }))
    .post('/password-reset', limitPublicForms(deps), async (c) => {
      const read = z
        .object({ email: emailField })
        .safeParse({ email: '', ...(await formFields(c)) })
      if (!read.success)
        return view.page(c, 'password-reset/new', { errors: fieldErrorsOf(read.error) }, 422)
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
      return reset
        ? view.page(c, 'password-reset/edit', { errors: {} })
        : view.page(c, 'password-reset/closed', {}, 404)
    })
    .post('/password-reset/:token', limitLinks(deps), async (c) => {
      const now = new Date(deps.now())
      const reset = await findOpenReset(deps.sql, c.req.param('token'), now)
      if (!reset) return view.page(c, 'password-reset/closed', {}, 404)
      const person = await getUser(deps.sql, reset.userId)
      const { password = '' } = await formFields(c)
      const fault = passwordFault(password, await knownNames(deps, person))
      if (fault) return view.page(c, 'password-reset/edit', { errors: { password: fault } }, 422)
      if (!(await changeByReset(deps, reset, password)))
        return view.page(c, 'password-reset/closed', {}, 404)
      await forgiveEmail(c, deps, person.email)
      endCookie(c)
      return seeOther(c, '/sign-in', 'password-reset')
    })

/** Does nothing for an unknown address. The answer is the same. */
const askForReset = async (deps: WebDeps, email: string): Promise<void> => {
  const person = await findUserByEmail(deps.sql, email)
  if (!person || person.deactivatedAt) return
  await tx(deps.sql, async (t) => {
    const id = await insertPasswordReset(t, person.id, new Date(deps.now()))
    await enqueue(t, 'password-reset', id)
  })
}

/** Changes the password once per token, and ends all sessions and apps of the person. */
const changeByReset = async (
  deps: WebDeps,
  reset: { id: string; userId: string },
  password: string,
): Promise<boolean> => {
  const hash = await hashPassword(password)
  return await tx(deps.sql, async (t) => {
    const now = new Date(deps.now())
    if (!(await spendReset(t, reset.id, now))) return false
    await changePasswordHash(t, reset.userId, hash)
    await endAccessAndApps(t, reset.userId, now)
    await recordAccountEvent(t, 'password.reset', reset.userId)
    return true
  })
}
