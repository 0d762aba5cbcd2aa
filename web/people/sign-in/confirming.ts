import { createMiddleware } from 'hono/factory'
import { countSecondFactors } from '../../../db/people/second-factor.ts'
import { markConfirmed } from '../../../db/people/sessions.ts'
import { cleanLine } from '../../../text/clean-text.ts'
import { isPartial } from '../../http/answers.ts'
import type { AnyContext, UserEnv, WebDeps } from '../../http/env.ts'
import { readForm } from '../../http/forms/forms.ts'
import type { Renderer } from '../../http/render.ts'
import { checkPasskey } from './passkeys.ts'
import { checkOwnPassword } from './password-check.ts'
import { checkCode } from './second-step.ts'

/** How long a password check counts for sensitive actions. */
export const freshMs = 10 * 60_000

/** Fields of the confirmation page itself; they aren't carried along. */
const ownFields = /^confirm_/
/**
 * Passwords in a form that came too late must be typed again, because pages never contain a
 * password.
 */
const secretFields = /^(password|current)$/

/**
 * Guards actions on rights, keys, exports and the account: the person must have typed their
 * password within the last ten minutes, or type it now. A form that arrives later isn't lost: the
 * confirmation page carries its fields and sends them to the same URL. Use it after requireUser or
 * requireMember. test/people/fresh-routes.test.ts lists the routes that have it.
 */
export const requireFresh = (deps: WebDeps, view: Renderer, { onlyFactor = false } = {}) =>
  createMiddleware<UserEnv>(async (c, next) => {
    if (isFresh(c, deps, onlyFactor)) return await next()
    const isRead = c.req.method === 'GET'
    const back = isRead ? new URL(c.req.url) : refererOf(c, deps.config.publicUrl)
    const ask = `/confirm?next=${encodeURIComponent(back.pathname + back.search)}`
    if (isPartial(c)) return c.body(null, 401, { 'HX-Redirect': ask })
    if (isRead) return c.redirect(ask, 303)
    const refused = await confirmHere(c, deps, view, {
      action: c.req.path,
      back: back.pathname + back.search,
    })
    return refused ?? (await next())
  })

/**
 * Whether the last confirmation is recent. `onlyFactor`: the form asks for the password itself, so
 * only the second factor is checked, if the person has one.
 */
export const isFresh = (c: AnyContext, deps: WebDeps, onlyFactor = false): boolean => {
  const { confirmedAt, secondFactorAt } = c.get('session')
  const recent = (at: Date | null) => at !== null && deps.now() - at.getTime() < freshMs
  return (
    (onlyFactor || recent(confirmedAt)) &&
    (!c.get('user').hasSecondFactor || recent(secondFactorAt))
  )
}

type Place = { action: string; back: string }
type Form = { fields: [string, string][]; errors?: Record<string, string>; status?: number }

/** The page that asks for the password and, if the person has one, a second factor. */
export const askToConfirm = async (
  c: AnyContext,
  deps: WebDeps,
  view: Renderer,
  place: Place,
  { fields, errors = {}, status = 200 }: Form,
): Promise<Response> =>
  view.page(
    c,
    'sign-in/confirm',
    { ...place, fields, errors, ...(await countSecondFactors(deps.sql, c.get('user').id)) },
    status,
  )

/**
 * Checks what was typed to confirm. Null: it is right and the session counts as fresh. Otherwise
 * returns the confirmation page.
 */
export const confirmHere = async (
  c: AnyContext,
  deps: WebDeps,
  view: Renderer,
  place: Place,
): Promise<Response | null> => {
  const form = await readForm(c)
  const typed = (name: string): string | null => {
    const value = form.get(name)
    return typeof value === 'string' ? cleanLine(value) : null
  }
  const ask = (errors: Record<string, string>, status: number) =>
    askToConfirm(c, deps, view, place, { fields: carried(form), errors, status })
  const { user, session } = c.var
  const answer = typed('confirm_passkey')
  const password = typed('confirm_password')
  if (answer) {
    const signer = await checkPasskey(deps, { purpose: 'confirm', sessionId: session.id }, answer)
    if (signer !== user.id)
      return await ask({ passkey: 'This passkey couldn’t be used here. Try again.' }, 422)
  } else {
    if (password === null) return await ask({}, 403)
    const found = await checkOwnPassword(c, deps, password)
    if ('words' in found) return await ask({ password: found.words }, found.status)
    const refused = user.hasSecondFactor
      ? await checkCode(c, deps, user.id, typed('confirm_code') ?? '')
      : null
    if (refused) return await ask({ code: refused.words }, refused.status)
  }
  const now = new Date(deps.now())
  await markConfirmed(deps.sql, session.id, now, { withSecondFactor: user.hasSecondFactor })
  session.confirmedAt = now
  if (user.hasSecondFactor) session.secondFactorAt = now
  return null
}

/** The fields of the original form, in order, for hidden inputs. */
const carried = (form: FormData): [string, string][] =>
  [...form].flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' && !ownFields.test(name) && !secretFields.test(name)
      ? [[name, value]]
      : [],
  )

const refererOf = (c: AnyContext, publicUrl: string): URL => {
  const referer = c.req.header('referer')
  return referer && URL.canParse(referer) && new URL(referer).origin === publicUrl
    ? new URL(referer)
    : new URL('/', publicUrl)
}
