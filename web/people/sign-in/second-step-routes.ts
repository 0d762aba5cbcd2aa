import { countSecondFactors } from '../../../db/people/second-factor.ts'
import { maySignIn } from '../../../db/people/users.ts'
import { ownPath, seeOther } from '../../http/answers.ts'
import { type AnyContext, forAnyone, type WebDeps } from '../../http/env.ts'
import { formFields } from '../../http/forms/forms.ts'
import type { Renderer } from '../../http/render.ts'
import { countHits, passkeyLimits, tooManyWords } from '../../http/throttling.ts'
import { checkPasskey, requestOptions } from './passkeys.ts'
import { checkCode } from './second-step.ts'
import { completeSignIn } from './signing-in.ts'

/**
 * The second step after the password, and signing in with a passkey, which counts as both steps.
 */
export const secondStepRoutes = (deps: WebDeps, view: Renderer) =>
  forAnyone
    .createApp()
    .get('/sign-in/code', async (c) => {
      const next = ownPath(c.req.query('next'))
      if (c.get('user')) return c.redirect(next, 303)
      const form = { next, withRecovery: c.req.query('with') === 'recovery' }
      return c.get('waiting')
        ? await ask(c, deps, view, form)
        : c.redirect(`/sign-in?next=${encodeURIComponent(next)}`, 303)
    })
    .post('/sign-in/code', async (c) => {
      const given = await formFields(c)
      const next = ownPath(given.next)
      const waiting = c.get('waiting')
      if (!waiting) return seeOther(c, `/sign-in?next=${encodeURIComponent(next)}`)
      const refused = await checkCode(c, deps, waiting.user.id, given.code ?? '')
      const form = { next, withRecovery: given.with === 'recovery' }
      if (refused) return await ask(c, deps, view, form, refused)
      await completeSignIn(c, deps, waiting.user.id, { withSecondFactor: true })
      return seeOther(c, next)
    })
    .post('/sign-in/passkey/options', async (c) => {
      const waiting = c.get('waiting')
      return c.json(await requestOptions(deps, { purpose: 'sign-in' }, waiting?.user.id), 200, {
        'Cache-Control': 'no-store',
      })
    })
    .post('/sign-in/passkey', (c) => signInWithPasskey(c, deps, view))

type Form = { next: string; withRecovery: boolean }

const ask = async (
  c: AnyContext,
  deps: WebDeps,
  view: Renderer,
  form: Form,
  refused?: { status: number; words: string },
): Promise<Response> => {
  const factors = await countSecondFactors(deps.sql, c.get('waiting').user.id)
  // Without an app there is no code to ask for: offer a passkey or a recovery code.
  const withRecovery = form.withRecovery || !factors.hasApp
  return view.page(
    c,
    'sign-in/code',
    { ...form, ...factors, withRecovery, error: refused?.words },
    refused?.status ?? 200,
  )
}

/**
 * promise: A6: counts every attempt of the browser's network. A passkey itself can't be guessed.
 */
const signInWithPasskey = async (
  c: AnyContext,
  deps: WebDeps,
  view: Renderer,
): Promise<Response> => {
  const given = await formFields(c)
  const next = ownPath(given.next)
  const refuse = (words: string, status: number) =>
    view.page(
      c,
      'sign-in/new',
      { next, values: {}, errors: { form: words }, locked: false },
      status,
    )
  const waitS = await countHits(deps, passkeyLimits(c, deps))
  if (waitS !== null) {
    c.header('Retry-After', String(waitS))
    return refuse(tooManyWords(waitS), 429)
  }
  const userId = await checkPasskey(deps, { purpose: 'sign-in' }, given.answer ?? '')
  if (!userId || !(await maySignIn(deps.sql, userId)))
    return refuse(
      'This passkey couldn’t be used here. Try again, or sign in with your password.',
      422,
    )
  await completeSignIn(c, deps, userId, { withSecondFactor: true })
  return seeOther(c, next)
}
