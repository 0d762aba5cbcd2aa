import type { Context, Handler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { endpoint } from '../../endpoint.ts'
import { page } from '../../views.ts'
import type { SandboxEnv } from '../../world.ts'
import type { OAuthErrorCode } from '../api/errors.ts'
import { findCreator, type TikTok } from '../context.ts'
import { newCode } from '../ids.ts'
import type { Creator } from '../state.ts'
import { isRegisteredRedirect } from './redirect-uris.ts'
import { isScope, scopes as scopeWords } from './scopes.ts'

type Ctx = Context<SandboxEnv>
type Refusal = { error: OAuthErrorCode; description: string; toClient: boolean }

/**
 * The account that signed in last in this browser. Used only if the client allows skipping the
 * page.
 */
const lastUserCookie = 'tiktok_sandbox_user'

/** GET /v2/auth/authorize/: first choose an account, then select scopes (fact sheet 2.1). */
export const authorizePage = (tiktok: TikTok) =>
  consentEndpoint(tiktok, (c, query) => {
    const signedIn = findCreator(tiktok, getCookie(c, lastUserCookie) ?? '')
    if (
      query.get('disable_auto_auth') !== '1' &&
      signedIn &&
      hasConsented(tiktok, signedIn, requestedScopes(query))
    ) {
      return grant(tiktok, c, query, signedIn, requestedScopes(query))
    }
    const creator = findCreator(tiktok, query.get('account') ?? '')
    const view = {
      appName: tiktok.app.name,
      query: [...query].filter(([name]) => name !== 'account'),
      skin: 'tiktok',
    }
    const creators = tiktok.state.creators.filter((creator) => !creator.deleted)
    if (!creator)
      return c.html(page('tiktok-pick-account', { ...view, title: 'Log in to TikTok', creators }))
    const asked = requestedScopes(query).map((name) => ({
      name,
      words: isScope(name) ? scopeWords[name] : name,
    }))
    return c.html(
      page('tiktok-consent', { ...view, title: `Authorize ${tiktok.app.name}`, creator, asked }),
    )
  })

/** POST of the consent form: the same query in the URL, the person's choices in the body. */
export const authorizeDecision = (tiktok: TikTok) =>
  consentEndpoint(tiktok, async (c, query) => {
    const form = new URLSearchParams(await c.get('body').text())
    const creator = findCreator(tiktok, form.get('account') ?? '')
    if (form.get('decision') !== 'continue' || !creator) {
      return sendBack(c, query, {
        error: 'access_denied',
        error_description: 'User canceled the authorization.',
      })
    }
    const ticked = new Set(form.getAll('scope'))
    const granted = requestedScopes(query).filter(
      (scope) => scope === 'user.info.basic' || ticked.has(scope),
    )
    setCookie(c, lastUserCookie, creator.openId, {
      path: '/tiktok',
      httpOnly: true,
      sameSite: 'Lax',
    })
    return grant(tiktok, c, query, creator, granted)
  })

function consentEndpoint(
  tiktok: TikTok,
  handler: (c: Ctx, query: URLSearchParams) => Response | Promise<Response>,
): Handler<SandboxEnv> {
  const platformError = (c: Ctx) =>
    c.html(page('tiktok-error', errorView('server_error', 'Please try again later.')), 500)
  return endpoint(
    tiktok.world,
    { platform: 'tiktok', endpoint: 'auth/authorize', platformError },
    (c) => {
      const query = new URL(c.req.url).searchParams
      const refusal = refuseRequest(tiktok, query)
      if (!refusal) return handler(c, query)
      if (refusal.toClient)
        return sendBack(c, query, { error: refusal.error, error_description: refusal.description })
      return c.html(page('tiktok-error', errorView(refusal.error, refusal.description)), 400)
    },
  )
}

/** Redirects errors to redirect_uri only once the client and redirect_uri are known to be valid. */
function refuseRequest(tiktok: TikTok, query: URLSearchParams): Refusal | null {
  const asked = requestedScopes(query)
  if (query.get('client_key') !== tiktok.app.key)
    return shown('unauthorized_client', 'The client_key is not known.')
  if (!isRegisteredRedirect(tiktok.app, query.get('redirect_uri') ?? '')) {
    return shown(
      'invalid_request',
      'The redirect_uri is not registered for this app, or not allowed for its type.',
    )
  }
  if (query.get('response_type') !== 'code')
    return returned('unsupported_response_type', 'The response_type must be code.')
  if (!query.get('state')) return returned('invalid_request', 'The state is missing.')
  if (asked.length === 0 || !asked.every(isScope))
    return returned('invalid_scope', 'A scope is unknown or not enabled for the app.')
  return refuseChallenge(tiktok, query)
}

function refuseChallenge(tiktok: TikTok, query: URLSearchParams): Refusal | null {
  const challenge = query.get('code_challenge')
  if (challenge === null && tiktok.app.type === 'web') return null
  if (query.get('code_challenge_method') !== 'S256')
    return returned('invalid_request', 'The code_challenge_method must be S256.')
  const isHex = /^[0-9a-f]{64}$/i.test(challenge ?? '')
  return isHex
    ? null
    : returned('invalid_request', 'The code_challenge must be the hex SHA-256 of the verifier.')
}

function grant(
  tiktok: TikTok,
  c: Ctx,
  query: URLSearchParams,
  creator: Creator,
  scopes: string[],
): Response {
  const code = tiktok.world.ledger.handOut(newCode(tiktok.settings.tokenMark))
  tiktok.state.codes.push({
    code,
    openId: creator.openId,
    scopes,
    redirectUri: query.get('redirect_uri') ?? '',
    challenge: query.get('code_challenge')?.toLowerCase() ?? null,
    expiresAtMs: tiktok.world.clock.now() + tiktok.settings.tiktokCodeLifetimeMs,
    used: false,
  })
  tiktok.changed()
  c.get('call').account = creator.openId
  return sendBack(c, query, { code, scopes: scopes.join(',') })
}

function sendBack(c: Ctx, query: URLSearchParams, answer: Record<string, string>): Response {
  const back = new URLSearchParams({ ...answer, state: query.get('state') ?? '' })
  return c.redirect(`${query.get('redirect_uri')}?${back}`, 302)
}

function hasConsented(tiktok: TikTok, creator: Creator, asked: string[]): boolean {
  const granted = tiktok.state.tokens.filter(
    (token) => token.openId === creator.openId && !token.refreshDead,
  )
  return granted.some((token) => asked.every((scope) => token.scopes.includes(scope)))
}

const requestedScopes = (query: URLSearchParams): string[] =>
  (query.get('scope') ?? '').split(',').filter(Boolean)

const errorView = (error: string, description: string) => ({
  title: 'Something went wrong',
  skin: 'tiktok',
  error,
  description,
})

const shown = (error: OAuthErrorCode, description: string): Refusal => ({
  error,
  description,
  toClient: false,
})
const returned = (error: OAuthErrorCode, description: string): Refusal => ({
  error,
  description,
  toClient: true,
})
