import { createHash } from 'node:crypto'
import type { Context, Handler } from 'hono'
import { endpoint } from '../../endpoint.ts'
import type { FaultRule } from '../../faults.ts'
import type { SandboxEnv } from '../../world.ts'
import { refuseOAuth } from '../api/envelope.ts'
import type { OAuthErrorCode } from '../api/errors.ts'
import type { TikTok } from '../context.ts'
import type { Code } from '../state.ts'
import { removalReasons } from '../webhooks/webhooks.ts'
import { endAuthorization, issueToken, refreshToken } from './tokens.ts'

type Ctx = Context<SandboxEnv>
type OAuthRefusal = { error: OAuthErrorCode; description: string }

/** POST /v2/oauth/token/ with both grant types (fact sheet 2.2). */
export const tokenEndpoint = (tiktok: TikTok) =>
  oauthEndpoint(tiktok, 'oauth/token', (c, form) => {
    const grantType = form.get('grant_type')
    if (grantType === 'refresh_token') return answerRefresh(tiktok, c, form)
    if (grantType === 'authorization_code') return answerCode(tiktok, c, form)
    return refuseOAuth(tiktok, c, 'unsupported_grant_type', 'Grant type is not supported.')
  })

/** POST /v2/oauth/revoke/ (fact sheet 2.3). An empty body means success. */
export const revokeEndpoint = (tiktok: TikTok) =>
  oauthEndpoint(tiktok, 'oauth/revoke', (c, form) => {
    const token = tiktok.state.tokens.find(
      (token) => token.access === form.get('token') && !token.accessDead,
    )
    if (!token)
      return refuseOAuth(tiktok, c, 'invalid_grant', 'Access token is invalid or expired.')
    endAuthorization(tiktok, token.openId, removalReasons.revoked)
    return c.body(null, 200)
  })

function oauthEndpoint(
  tiktok: TikTok,
  name: string,
  handler: (c: Ctx, form: URLSearchParams) => Response | Promise<Response>,
): Handler<SandboxEnv> {
  const account = async (c: Ctx) => ownerOf(tiktok, await readForm(c))
  const platformError = (c: Ctx, rule: FaultRule) => injectedError(tiktok, c, rule)
  return endpoint(
    tiktok.world,
    { platform: 'tiktok', endpoint: name, account, platformError },
    async (c) => {
      const form = await readForm(c)
      c.get('call').facts.grantType = form.get('grant_type')
      const refusal = refuseClient(tiktok, c, form)
      return refusal ? refuseOAuth(tiktok, c, refusal.error, refusal.description) : handler(c, form)
    },
  )
}

function refuseClient(tiktok: TikTok, c: Ctx, form: URLSearchParams): OAuthRefusal | null {
  if (!/^application\/x-www-form-urlencoded\b/i.test(c.req.header('content-type') ?? '')) {
    return {
      error: 'invalid_request',
      description: 'Only `application/x-www-form-urlencoded` is accepted as Content-Type.',
    }
  }
  if (
    form.get('client_key') !== tiktok.app.key ||
    form.get('client_secret') !== tiktok.app.secret
  ) {
    return { error: 'invalid_client', description: 'Client key or secret is incorrect.' }
  }
  return null
}

function answerRefresh(tiktok: TikTok, c: Ctx, form: URLSearchParams): Response {
  const answer = refreshToken(tiktok, form.get('refresh_token') ?? '')
  return answer
    ? c.json(answer)
    : refuseOAuth(tiktok, c, 'invalid_grant', 'Refresh token is invalid or expired.')
}

function answerCode(tiktok: TikTok, c: Ctx, form: URLSearchParams): Response {
  const code = tiktok.state.codes.find((code) => code.code === form.get('code'))
  const refusal = refuseCode(tiktok, code, form)
  if (refusal || !code)
    return refuseOAuth(tiktok, c, refusal?.error ?? 'invalid_grant', refusal?.description ?? '')
  code.used = true
  tiktok.changed()
  return c.json(issueToken(tiktok, code.openId, code.scopes))
}

function refuseCode(
  tiktok: TikTok,
  code: Code | undefined,
  form: URLSearchParams,
): OAuthRefusal | null {
  if (!form.get('code')) return { error: 'invalid_request', description: 'Code is missing.' }
  if (!code || code.used || code.expiresAtMs <= tiktok.world.clock.now()) {
    return { error: 'invalid_grant', description: 'Authorization code is expired.' }
  }
  if (form.get('redirect_uri') !== code.redirectUri) {
    return {
      error: 'invalid_request',
      description: 'Redirect_uri is not matched with the uri when requesting code.',
    }
  }
  if (code.challenge !== null && hexSha256(form.get('code_verifier') ?? '') !== code.challenge) {
    return { error: 'invalid_request', description: 'Code verifier or code challenge is invalid.' }
  }
  return null
}

/** The creator that a request is about, so that fault rules can target one account. */
function ownerOf(tiktok: TikTok, form: URLSearchParams): string | null {
  const { codes, tokens } = tiktok.state
  const byCode = codes.find((code) => code.code === form.get('code'))
  const byToken = tokens.find(
    (token) => token.refresh === form.get('refresh_token') || token.access === form.get('token'),
  )
  return byCode?.openId ?? byToken?.openId ?? null
}

function injectedError(tiktok: TikTok, c: Ctx, rule: FaultRule): Response {
  if (typeof rule.code === 'string' && rule.code)
    return refuseOAuth(tiktok, c, rule.code as OAuthErrorCode, 'Injected by a fault rule.')
  const status = rule.kind === 'rate_limited' ? 429 : Number(rule.code) || 500
  return refuseOAuth(
    tiktok,
    c,
    status === 429 ? 'temporarily_unavailable' : 'server_error',
    'Please try again later.',
    status,
  )
}

const readForm = async (c: Ctx) => new URLSearchParams(await c.get('body').text())

/** TikTok's PKCE uses hex, not base64url as in RFC 7636. */
const hexSha256 = (verifier: string) => createHash('sha256').update(verifier).digest('hex')
