import { countApiKeys } from '../../db/api/keys.ts'
import { insertCode } from '../../db/api/oauth-codes.ts'
import { type ApiScope, apiScopes, appAdminScopes } from '../../db/api/scopes.ts'
import { apiKeysMax } from '../api/key-acts.ts'
import { scopeWords } from '../api/scope-words.ts'
import { formFields, formList, seeOther } from '../http/answers.ts'
import { type AnyContext, forUsers, type Membership, type WebDeps } from '../http/env.ts'
import type { Errors } from '../http/forms/fields.ts'
import { idParam } from '../http/ids.ts'
import type { Renderer } from '../http/render.ts'
import { demandSecondFactor, requireUser } from '../http/session.ts'
import { requireFresh } from '../people/sign-in/confirming.ts'
import { type AuthorizationRequest, readQuestion, returnAddress } from './asking.ts'
import { disconnectOwn } from './connecting.ts'
import { placeOf, staysHere } from './redirects.ts'

/** How long the app has to fetch its tokens. */
const codeMs = 60_000
const path = '/oauth/authorize'

/** Where a person decides what an app may do, and where they take it back. */
export const consentRoutes = (deps: WebDeps, view: Renderer) =>
  forUsers
    .createApp()
    .get(path, requireUser, async (c) => {
      const found = await readQuestion(deps, c.req.query())
      if ('words' in found) return refused(c, view, found.words)
      return 'error' in found ? tell(c, view, found.back) : show(c, { deps, view }, found.asked)
    })
    .post(path, requireUser, requireFresh(deps, view), async (c) => {
      const fields = await formFields(c)
      const found = await readQuestion(deps, fields)
      if ('words' in found) return refused(c, view, found.words)
      if ('error' in found) return goBack(c, view, found.back)
      const { asked } = found
      const scopes = await formList(c, 'grant')
      const typed = { workspace: fields.workspace ?? '', scopes }
      const chosen = await choose(deps, c, typed)
      if (chosen instanceof Response) return chosen
      if ('errors' in chosen) return show(c, { deps, view }, asked, typed, chosen.errors)
      const { user, session } = c.var
      const of = { userId: user.id, sessionId: session.id, clientId: asked.client.id }
      const consent = { ...chosen, ...asked, ...of }
      const code = await insertCode(deps.sql, consent, new Date(deps.now() + codeMs))
      if (code === null) return refused(c, view, signedOutWords)
      return goBack(c, view, returnAddress(deps, asked, { code }))
    })
    .post('/account/apps/:id/end', requireUser, async (c) => {
      if (!(await disconnectOwn(deps, c.var.user.id, idParam(c, 'id')))) return c.notFound()
      return seeOther(c, '/account#apps', 'app-ended')
    })

type Typed = { workspace: string; scopes: string[] }
type Chosen = { workspaceId: string; scopes: ApiScope[] }

const choose = async (
  deps: WebDeps,
  c: AnyContext,
  typed: Typed,
): Promise<Chosen | { errors: Errors } | Response> => {
  const mine = membershipsOf(c).find(({ slug }) => slug === typed.workspace)
  if (!mine) return { errors: { workspace: 'Choose a workspace.' } }
  const scopes = apiScopes.filter((scope) => typed.scopes.includes(scope))
  if (scopes.length === 0) return { errors: { scopes: 'Choose what the app may do.' } }
  const above = mine.role === 'admin' ? [] : scopes.filter(isForAdmins)
  if (above.length > 0) {
    const labels = above.map((scope) => scopeWords[scope].label).join(', ')
    return { errors: { scopes: `Only admins of ${mine.name} can allow this: ${labels}.` } }
  }
  if ((await countApiKeys(deps.sql, mine.id)) >= apiKeysMax)
    return { errors: { workspace: `${mine.name} already has ${apiKeysMax} keys and apps.` } }
  if (mine.requiresSecondFactor && !c.get('session').secondFactorAt) return demandSecondFactor(c)
  return { workspaceId: mine.id, scopes }
}

const membershipsOf = (c: AnyContext): Membership[] => c.get('memberships')
const isForAdmins = (scope: ApiScope): boolean => appAdminScopes.includes(scope)

type Page = { deps: WebDeps; view: Renderer }

const show = (
  c: AnyContext,
  { deps, view }: Page,
  asked: AuthorizationRequest,
  typed?: Typed,
  errors: Errors = {},
): Response => {
  const memberships = membershipsOf(c)
  const isAdmin = memberships.some(({ role }) => role === 'admin')
  const isMixed = isAdmin && memberships.some(({ role }) => role !== 'admin')
  const usual = apiScopes.filter(
    (scope) => !isForAdmins(scope) && (asked.wishes.length === 0 || asked.wishes.includes(scope)),
  )
  const data = {
    app: asked.client.name,
    place: placeOf(asked.redirectUri),
    fields: asked.fields,
    workspaces: memberships,
    scopes: apiScopes
      .filter((scope) => isAdmin || !isForAdmins(scope))
      .map((name) => ({ name, ...scopeWords[name], isLate: isMixed && isForAdmins(name) })),
    values: typed ?? { workspace: memberships[0]?.slug ?? '', scopes: usual },
    errors,
    cancel: returnAddress(deps, asked, { error: 'access_denied' }),
  }
  c.header('Cache-Control', 'no-store')
  return view.page(c, 'oauth/consent', data, Object.keys(errors).length > 0 ? 422 : 200)
}

/**
 * A page instead of a redirect, because the policy of our pages lets forms end only on our own
 * origin.
 */
const goBack = (c: AnyContext, view: Renderer, back: string): Response => {
  c.header('Refresh', `0;url=${back}`)
  c.header('Cache-Control', 'no-store')
  return view.page(c, 'oauth/done', { back, place: placeOf(back) })
}

/**
 * Tells the app what it did wrong. Anyone can register an app, so a link to us must not lead to
 * another website by itself (RFC 9700, 4.11.2): the person decides.
 */
const tell = (c: AnyContext, view: Renderer, back: string): Response => {
  if (staysHere(back)) return c.redirect(back, 303)
  c.header('Cache-Control', 'no-store')
  return view.page(c, 'oauth/fault', { back, place: placeOf(back) }, 400)
}

const refused = (c: AnyContext, view: Renderer, words: string): Response =>
  view.page(c, 'errors/show', { title: 'This app can’t be connected', words, status: 400 }, 400)

const signedOutWords =
  'You were signed out in the meantime, so nothing was connected. Sign in, and start again in the app.'
