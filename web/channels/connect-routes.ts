import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { beginConnection, type ConnectionRef, takeAnswer } from '../../db/channels/consents.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { Issuer } from '../../platforms/grant.ts'
import { formList, seeOther } from '../http/answers.ts'
import {
  type AnyContext,
  forMembers,
  type MemberEnv,
  type UserEnv,
  type WebDeps,
} from '../http/env.ts'
import type { Renderer } from '../http/render.ts'
import { demandSecondFactor, requireMember } from '../http/session.ts'
import { stepAfterConnecting } from '../people/first-steps.ts'
import { findChoices, giveUpChoice, storeChoice } from './account-choice.ts'
import { fetchOffer, redirectUri } from './connecting.ts'

/**
 * Connecting accounts: from "Connect" through the platform's consent page to the choice of
 * accounts. The redirect to the platform is a GET, because `form-action 'self'` blocks redirects
 * after a POST. The OAuth state binds the callback to the session that started it.
 */
export const connectRoutes = (deps: WebDeps, view: Renderer) => {
  const guard = requireMember('admin')
  return forMembers
    .createApp()
    .get('/w/:workspace/connect/:issuer', guard, async (c) => {
      const issuer = issuerOf(deps, c.req.param('issuer'))
      const { state, verifier } = await beginConnection(deps.sql, deps.vault, refOf(c, issuer))
      const again = c.req.query('again') === '1'
      return c.redirect(
        issuer.consentUrl({ redirectUri: redirectUri(deps, issuer), state, verifier, again }),
        302,
      )
    })
    .get('/oauth/:issuer/callback', (c) => takeCallback(deps, view, c))
    .get('/w/:workspace/connect/:issuer/choose', guard, (c) => showChoices(deps, view, c))
    .post('/w/:workspace/connect/:issuer/choose', guard, async (c) => {
      const issuer = issuerOf(deps, c.req.param('issuer'))
      const stored = await storeChoice(deps, issuer, refOf(c, issuer), await formList(c, 'account'))
      if (stored?.connected === 0)
        return await showChoices(deps, view, c, 'Choose at least one account.')
      if (!stored) return nothingWaits(view, c, issuer)
      const path = c.get('frame')?.hasSteps ? await stepAfterConnecting(deps, c.var) : null
      return seeOther(c, path ?? `/w/${c.var.workspace.slug}/channels`, 'accounts-connected')
    })
    .post('/w/:workspace/connect/:issuer/cancel', guard, async (c) => {
      const issuer = issuerOf(deps, c.req.param('issuer'))
      await giveUpChoice(deps, issuer, refOf(c, issuer))
      return seeOther(c, `/w/${c.var.workspace.slug}/channels`)
    })
}

/**
 * The issuer with this name, or the issuer of the platform with this name: Meta covers Facebook and
 * Instagram.
 */
const issuerOf = ({ platforms: { platforms, issuers } }: WebDeps, name = ''): Issuer => {
  const issuer = issuers.get(name) ?? issuers.get(platforms.get(name)?.issuer ?? '')
  if (!issuer) throw new HTTPException(404)
  return issuer
}

const refOf = (c: Context<MemberEnv>, issuer: Issuer): ConnectionRef => ({
  workspaceId: c.var.workspace.id,
  userId: c.var.user.id,
  sessionId: c.var.session.id,
  issuer: issuer.name,
})

const takeCallback = async (deps: WebDeps, view: Renderer, c: AnyContext): Promise<Response> => {
  const issuer = issuerOf(deps, c.req.param('issuer'))
  const session = c.get('session') as UserEnv['Variables']['session'] | null
  // The URL contains a code, so it is not passed on to the sign-in page.
  if (!session) return c.redirect('/sign-in', 303)
  const query = c.req.query()
  const taken = await takeAnswer(deps.sql, deps.vault, {
    state: query.state ?? '',
    sessionId: session.id,
    issuer: issuer.name,
  })
  const mine =
    taken.known && c.get('memberships').find((one: { id: string }) => one.id === taken.workspaceId)
  if (!taken.known || mine?.role !== 'admin') return foreign(view, c, issuer)
  const way = `/w/${mine.slug}/connect/${issuer.name}`
  // The code is not exchanged. Since this URL contains it, the person starts again after the second
  // factor.
  if (mine.requiresSecondFactor && !session.secondFactorAt) return demandSecondFactor(c, way)
  if (taken.verifier === null) return c.redirect(`${way}/choose`, 303)
  const problem = (words: string, status: number) =>
    view.page(
      c,
      'channels/problem',
      {
        title: `${issuer.label} is not connected`,
        words,
        again: way,
        back: `/w/${mine.slug}/channels`,
      },
      status,
    )
  const answer = issuer.readCallback(query)
  if ('refused' in answer) return problem(answer.refused, 200)
  try {
    const { workspaceId, verifier } = taken
    await fetchOffer(deps, issuer, { ...answer, state: query.state ?? '', verifier, workspaceId })
    return c.redirect(`${way}/choose`, 303)
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    const { code, subcode, kind } = error.problem
    deps.log.warn(
      { requestId: c.get('requestId'), issuer: issuer.name, kind, code, subcode },
      'connecting was refused',
    )
    return problem(
      `${error.message} Nothing was connected.`,
      kind === 'unavailable' || kind === 'unknown_outcome' ? 502 : 422,
    )
  }
}

const showChoices = async (
  deps: WebDeps,
  view: Renderer,
  c: Context<MemberEnv>,
  error = '',
): Promise<Response> => {
  const issuer = issuerOf(deps, c.req.param('issuer'))
  const choices = await findChoices(deps, issuer, refOf(c, issuer))
  if (!choices) return nothingWaits(view, c, issuer)
  const way = `/w/${c.var.workspace.slug}/connect/${issuer.name}`
  const accounts = choices.accounts.map((account) => ({
    ...account,
    definition: deps.platforms.platforms.get(account.platform),
  }))
  const { others } = choices.elsewhere
  const named = choices.elsewhere.named.map((one) => ({
    ...one,
    label: deps.platforms.platforms.get(one.platform)?.label,
  }))
  return view.page(
    c,
    'channels/choose',
    { ...choices, elsewhere: { named, others }, accounts, issuer, way, error },
    error ? 422 : 200,
  )
}

/**
 * For a state of another session, an invalid one, or one older than an hour. The page must not
 * reveal which.
 */
const foreign = (view: Renderer, c: AnyContext, issuer: Issuer): Response => {
  const words = `We couldn’t match this answer from ${issuer.label} to a connection you started in this browser within the last hour. Nothing was connected. Start again from Accounts.`
  return view.page(
    c,
    'channels/problem',
    { title: `${issuer.label} is not connected`, words, again: null, back: '/' },
    400,
  )
}

const nothingWaits = (view: Renderer, c: Context<MemberEnv>, issuer: Issuer): Response => {
  const words =
    'This connection was already finished or canceled, or it expired after an hour. Start again to connect more accounts.'
  const base = `/w/${c.var.workspace.slug}`
  const data = {
    title: 'Nothing to choose',
    words,
    again: `${base}/connect/${issuer.name}`,
    back: `${base}/channels`,
  }
  return view.page(c, 'channels/problem', data, 410)
}
