import type { GraphCall } from '../calls/call.ts'
import { requirePerson } from '../calls/caller.ts'
import { refuse } from '../calls/refusal.ts'
import { mintToken, tokenProblem } from './tokens.ts'

/** /oauth/access_token: code exchange, long-lived exchange, app token (fact sheet 1.3). */
export function accessToken(call: GraphCall): object {
  const { meta, parameters } = call
  if (parameters.text('client_id') !== meta.app.id)
    throw login(101, undefined, 'Error validating application. Invalid application ID.')
  if (parameters.text('client_secret') !== meta.app.secret)
    throw refuse.general(1, undefined, 'Error validating client secret.', {
      status: 400,
      challenge: 'invalid_request',
    })
  const grantType = parameters.text('grant_type')
  if (grantType === 'client_credentials')
    return { access_token: `${meta.app.id}|${meta.app.secret}`, token_type: 'bearer' }
  if (grantType === 'fb_exchange_token') return exchangeForLongLived(call)
  if (grantType && grantType !== 'authorization_code')
    throw refuse.parameter(`Invalid grant_type: ${grantType}`)
  return exchangeCode(call)
}

function exchangeCode({ meta, parameters, ledgerCall }: GraphCall): object {
  const code = meta.state.codes[parameters.text('code') ?? '']
  if (!code) throw login(100, undefined, 'Invalid verification code format.')
  if (code.used) throw login(100, 36009, 'This authorization code has been used.')
  if (code.expiresAtMs <= meta.world.clock.now())
    throw login(100, 36007, 'This authorization code has expired.')
  if (code.redirectUri !== parameters.text('redirect_uri')) {
    throw login(
      100,
      36008,
      'Error validating verification code. Please make sure your redirect_uri is identical to the one you used in the OAuth dialog request',
    )
  }
  code.used = true
  ledgerCall.facts.personId = code.personId
  const lifeMs = meta.settings.shortTokenLifeMs
  return answerToken(meta, {
    personId: code.personId,
    scopes: code.scopes,
    lifeMs,
    longLived: false,
  })
}

function exchangeForLongLived({ meta, parameters, ledgerCall }: GraphCall): object {
  const short = meta.state.tokens[parameters.text('fb_exchange_token') ?? '']
  if (short?.kind !== 'user')
    throw refuse.token(undefined, 'Invalid OAuth access token - Cannot parse access token')
  const problem = tokenProblem(meta, short)
  if (problem) throw refuse.token(problem.subcode, problem.message)
  ledgerCall.facts.personId = short.personId
  const lifeMs = meta.settings.longTokenLifeMs
  return answerToken(meta, {
    personId: short.personId,
    scopes: short.scopes,
    lifeMs,
    longLived: true,
  })
}

type Wanted = { personId: string; scopes: string[]; lifeMs: number; longLived: boolean }

function answerToken(
  meta: GraphCall['meta'],
  { personId, scopes, lifeMs, longLived }: Wanted,
): object {
  const expiresAtMs = meta.world.clock.now() + lifeMs
  const { token } = mintToken(meta, {
    kind: 'user',
    personId,
    pageId: null,
    scopes,
    expiresAtMs,
    longLived,
  })
  return { access_token: token, token_type: 'bearer', expires_in: Math.floor(lifeMs / 1000) }
}

const login = (code: number, subcode: number | undefined, message: string) =>
  refuse.general(code, subcode, message, {
    challenge: code === 101 ? 'invalid_request' : 'invalid_code',
  })

/** /debug_token: called with the app's token (fact sheet 1.5). */
export function debugToken({ meta, parameters, caller }: GraphCall): object {
  if (caller.kind !== 'app')
    throw refuse.parameter(
      'You must provide an app access token, or a user access token that is an owner or developer of the app',
    )
  const token = meta.state.tokens[parameters.text('input_token') ?? '']
  if (!token) {
    const error = { code: 190, message: 'Invalid OAuth access token - Cannot parse access token' }
    return { data: { app_id: meta.app.id, is_valid: false, error, scopes: [] } }
  }
  const problem = tokenProblem(meta, token)
  const grant = meta.state.people[token.personId]?.grant
  if (problem || !grant) {
    const error = { code: 190, message: problem?.message ?? '', subcode: problem?.subcode ?? 458 }
    return { data: { app_id: meta.app.id, is_valid: false, error, scopes: [] } }
  }
  const scopes = token.scopes.filter((scope) => grant.scopes.includes(scope))
  return {
    data: {
      app_id: meta.app.id,
      type: token.kind === 'page' ? 'PAGE' : 'USER',
      application: meta.app.name,
      ...(token.pageId ? { profile_id: token.pageId } : {}),
      user_id: token.personId,
      issued_at: seconds(token.issuedAtMs),
      expires_at: token.expiresAtMs === null ? 0 : seconds(token.expiresAtMs),
      data_access_expires_at: seconds(grant.dataAccessExpiresAtMs),
      is_valid: true,
      scopes,
      granular_scopes: scopes.map((scope) => ({ scope, ...targetsOf(scope, grant) })),
    },
  }
}

function targetsOf(
  scope: string,
  grant: { pageIds: string[]; instagramIds: string[] },
): { target_ids?: string[] } {
  if (scope.startsWith('instagram_')) return { target_ids: grant.instagramIds }
  return scope.startsWith('pages_') || scope === 'read_insights'
    ? { target_ids: grant.pageIds }
    : {}
}

const seconds = (ms: number): number => Math.floor(ms / 1000)

/** /me/permissions. */
export function listPermissions({ caller }: GraphCall): object {
  const { grant } = requirePerson(caller)
  return {
    data: [
      ...grant.scopes.map((permission) => ({ permission, status: 'granted' })),
      ...grant.declined.map((permission) => ({ permission, status: 'declined' })),
    ],
  }
}
