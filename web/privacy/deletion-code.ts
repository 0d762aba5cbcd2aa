import { createMiddleware } from 'hono/factory'
import { findFutureCode, readableCode } from '../../db/privacy/deletion-codes.ts'
import { findRequestByCode } from '../../db/privacy/deletion-requests.ts'
import { formFields, seeOther } from '../http/answers.ts'
import type { AnyContext, Env, UserEnv, WebDeps } from '../http/env.ts'
import { limitLinks } from '../http/throttling.ts'

/** The code from the account deletion form, if that deletion has begun. */
export const findKnownCode = async (c: AnyContext, deps: WebDeps): Promise<string | null> => {
  const { code } = await formFields(c)
  return code && (await findRequestByCode(deps.sql, code)) ? readableCode(code) : null
}

/**
 * promise: E4: for a deletion form that is sent from a second tab after the first one ended the
 * session. Redirects to the status page of the same deletion instead of the sign-in page.
 */
export const toStatusPage = (deps: WebDeps) =>
  createMiddleware<Env>(async (c, next) => {
    if (c.get('user')) return await next()
    const code = await findKnownCode(c, deps)
    if (code) return seeOther(c, `/data-deletion/${code}`)
    if (!(await formFields(c)).code) return await next()
    // A code can't be guessed; this keeps attempts cheap for us.
    return await limitLinks(deps)(c as never, next)
  })

/**
 * A form may delete only the person it was rendered for. If someone else has signed in since, or
 * the password was changed, they see their own page first. Use it after requireUser.
 */
export const requireOwnForm = (deps: WebDeps) =>
  createMiddleware<UserEnv>(async (c, next) => {
    const { code: given } = await formFields(c)
    if (given && given === (await findFutureCode(deps.sql, deps.vault, c.get('user').id)))
      return await next()
    const known = await findKnownCode(c, deps)
    return seeOther(c, known ? `/data-deletion/${known}` : '/account/leave')
  })
