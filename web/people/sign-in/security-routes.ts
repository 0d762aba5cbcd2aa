import { z } from 'zod'
import { recordAccountEvent } from '../../../db/people/account-events.ts'
import {
  deleteAuthenticatorApp,
  findAuthenticatorApp,
  saveAuthenticatorApp,
} from '../../../db/people/authenticator-apps.ts'
import { deletePasskey, renamePasskey } from '../../../db/people/passkeys.ts'
import { countRecoveryCodes } from '../../../db/people/recovery-codes.ts'
import {
  countSecondFactors,
  dropUselessRecoveryCodes,
  isRequiredOf,
} from '../../../db/people/second-factor.ts'
import { markConfirmed } from '../../../db/people/sessions.ts'
import { lockUser } from '../../../db/people/users.ts'
import { type Sql, tx } from '../../../db/postgres/connect.ts'
import { seeOther } from '../../http/answers.ts'
import { type AnyContext, forUsers, type WebDeps } from '../../http/env.ts'
import { passkeyName } from '../../http/forms/fields.ts'
import { formFields } from '../../http/forms/forms.ts'
import type { Renderer } from '../../http/render.ts'
import { requiredBy, requireUser } from '../../http/session.ts'
import { openSetup, sealSetup } from './authenticator-setup.ts'
import { requireFresh } from './confirming.ts'
import { addPasskey, creationOptions } from './passkeys.ts'
import { newRecoveryCodes, storeRecoveryCodes } from './recovery-codes.ts'
import { showSecurity } from './security-page.ts'
import { stepOfCode } from './totp.ts'

type Page = { deps: WebDeps; view: Renderer }
const base = '/account/security'

/** Ways to sign in. Adding or removing one needs a fresh confirmation and sends an email. */
export const securityRoutes = (deps: WebDeps, view: Renderer) => {
  const page = { deps, view }
  const fresh = requireFresh(deps, view)
  return forUsers
    .createApp()
    .get(base, requireUser, (c) => showSecurity(c, page))
    .get(`${base}/passkeys/new`, requireUser, fresh, (c) => askForPasskey(c, page))
    .post(`${base}/passkeys/options`, requireUser, fresh, async (c) =>
      c.json(await creationOptions(deps, c.get('user'), c.get('session').id), 200, {
        'Cache-Control': 'no-store',
      }),
    )
    .post(`${base}/passkeys`, requireUser, fresh, (c) => savePasskey(c, page))
    .post(`${base}/passkeys/:id/rename`, requireUser, async (c) => {
      const name = passkeyName.safeParse((await formFields(c)).name ?? '')
      if (!name.success)
        return await showSecurity(c, page, { errors: { passkeys: name.error.issues[0]!.message } })
      const id = z.uuid().safeParse(c.req.param('id'))
      if (!id.success || !(await renamePasskey(deps.sql, c.get('user').id, id.data, name.data)))
        return c.notFound()
      return seeOther(c, base, 'passkey-renamed')
    })
    .post(`${base}/passkeys/:id/remove`, requireUser, fresh, async (c) => {
      const id = z.uuid().safeParse(c.req.param('id')).data
      if (!id) return c.notFound()
      const removed = await remove(deps, c, 'passkey.removed', (t, userId) =>
        deletePasskey(t, userId, id),
      )
      if (removed === 'last') return await refuseLast(c, page)
      return removed ? seeOther(c, base, 'passkey-removed') : c.notFound()
    })
    .get(`${base}/authenticator`, requireUser, fresh, (c) => askForCode(c, page))
    .post(`${base}/authenticator`, requireUser, fresh, (c) => saveApp(c, page))
    .post(`${base}/authenticator/remove`, requireUser, fresh, async (c) => {
      const removed = await remove(deps, c, 'authenticator.removed', deleteAuthenticatorApp)
      if (removed === 'last') return await refuseLast(c, page)
      return removed ? seeOther(c, base, 'authenticator-removed') : c.notFound()
    })
    .post(`${base}/recovery-codes`, requireUser, fresh, async (c) => {
      const { passkeys, hasApp } = await countSecondFactors(deps.sql, c.get('user').id)
      if (passkeys === 0 && !hasApp)
        return await showSecurity(c, page, { errors: { recovery: setUpFirst } })
      return await showSecurity(c, page, { codes: await makeCodes(deps, c.get('user').id) })
    })
}

const setUpFirst =
  'Add a passkey or an authenticator app first. Recovery codes are a backup for one of these.'

const askForPasskey = (c: AnyContext, { view }: Page, error?: string, name?: string): Response =>
  view.page(c, 'security/passkey', { name: name ?? '', error }, error ? 422 : 200)

const savePasskey = async (c: AnyContext, page: Page): Promise<Response> => {
  const { deps } = page
  const given = await formFields(c)
  const name = passkeyName.safeParse(given.name ?? '')
  if (!name.success) return askForPasskey(c, page, name.error.issues[0]!.message, given.name)
  const userId: string = c.get('user').id
  const added = await addPasskey(deps, {
    userId,
    sessionId: c.get('session').id,
    name: name.data,
    answer: given.answer ?? '',
  })
  if (added === 'registered-already')
    return askForPasskey(c, page, 'This passkey is already registered.', name.data)
  if (added === 'refused')
    return askForPasskey(c, page, 'The passkey couldn’t be added. Try again.', name.data)
  return await afterAdding(c, page, 'passkey.added')
}

const askForCode = async (
  c: AnyContext,
  { deps, view }: Page,
  error?: string,
  setup?: string,
): Promise<Response> => {
  const { id, email } = c.get('user')
  const given = setup ? openSetup(deps, c.get('session').id, setup) : null
  const drawn = sealSetup(deps, {
    sessionId: c.get('session').id,
    label: email,
    secret: given ?? undefined,
  })
  const isReplacing = (await findAuthenticatorApp(deps.sql, id)) !== null
  return view.page(c, 'security/authenticator', { ...drawn, isReplacing, error }, error ? 422 : 200)
}

const saveApp = async (c: AnyContext, page: Page): Promise<Response> => {
  const { deps } = page
  const { setup = '', code = '' } = await formFields(c)
  const userId: string = c.get('user').id
  const secret = openSetup(deps, c.get('session').id, setup)
  if (!secret)
    return await askForCode(c, page, 'This page was open for too long. Scan the new code below.')
  const step = stepOfCode(secret, code, deps.now())
  if (step === null)
    return await askForCode(
      c,
      page,
      'This code is wrong. Check the time on your phone and enter the current code.',
      setup,
    )
  const isReplacing = (await findAuthenticatorApp(deps.sql, userId)) !== null
  await saveAuthenticatorApp(deps.sql, deps.vault, {
    userId,
    secret,
    step,
    now: new Date(deps.now()),
  })
  return await afterAdding(c, page, isReplacing ? 'authenticator.replaced' : 'authenticator.added')
}

type Addition = 'passkey.added' | 'authenticator.added' | 'authenticator.replaced'
const additions = {
  'passkey.added': 'passkey-added',
  'authenticator.added': 'authenticator-added',
  'authenticator.replaced': 'authenticator-replaced',
} as const

/**
 * The person has just used the new factor, so the session counts as confirmed with it. With the
 * first factor they also get recovery codes.
 */
const afterAdding = async (c: AnyContext, page: Page, name: Addition): Promise<Response> => {
  const { deps } = page
  const userId: string = c.get('user').id
  const now = new Date(deps.now())
  await tx(deps.sql, async (t) => {
    await markConfirmed(t, c.get('session').id, now, { withSecondFactor: true })
    await recordAccountEvent(t, name, userId)
  })
  c.get('session').secondFactorAt = now
  if (await countRecoveryCodes(deps.sql, userId)) return seeOther(c, base, additions[name])
  return await showSecurity(c, page, { codes: await makeCodes(deps, userId) })
}

const makeCodes = async (deps: WebDeps, userId: string): Promise<string[]> => {
  const made = await newRecoveryCodes()
  await tx(deps.sql, async (t) => {
    await storeRecoveryCodes(t, userId, made, new Date(deps.now()))
    await recordAccountEvent(t, 'recovery_codes.made', userId)
  })
  return made.codes
}

type Transaction = Parameters<Parameters<typeof tx>[1]>[0]

/**
 * Removes a second factor. Removing the last one deletes the recovery codes too. `last`: it is
 * required, so nothing was removed. False: there was none. Parallel removals run one after the
 * other.
 */
const remove = (
  { sql }: { sql: Sql },
  c: AnyContext,
  name: 'passkey.removed' | 'authenticator.removed',
  work: (t: Transaction, userId: string) => Promise<boolean>,
): Promise<boolean | 'last'> =>
  tx(sql, async (t) => {
    const userId: string = c.get('user').id
    await lockUser(t, userId)
    const { passkeys, hasApp } = await countSecondFactors(t, userId)
    if (passkeys + Number(hasApp) === 1 && (await isRequiredOf(t, userId))) return 'last'
    if (!(await work(t, userId))) return false
    await dropUselessRecoveryCodes(t, userId)
    await recordAccountEvent(t, name, userId)
    return true
  })

const refuseLast = (c: AnyContext, page: Page): Promise<Response> => {
  const [by] = requiredBy(c)
  const words = `${by ?? 'A workspace'} requires two-step sign-in, and this is your only method. Add another one first.`
  return showSecurity(c, page, { errors: { form: words } }, 409)
}
