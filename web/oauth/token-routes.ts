import { formFields } from '../http/answers.ts'
import { type AnyContext, forAnyone, type WebDeps } from '../http/env.ts'
import { isId } from '../http/ids.ts'
import { throttleRegistrations, throttleTokens } from '../http/throttling.ts'
import { addressesOf } from './addresses.ts'
import { oauthError, secretly } from './answers.ts'
import { accessS, connectApp, type Granted, refreshTokens, revokeToken } from './connecting.ts'
import { register } from './registering.ts'

/** What apps call themselves, without a person: outside of session and same-origin rules. */
export const tokenRoutes = (deps: WebDeps) =>
  forAnyone
    .createApp()
    .post('/oauth/register', throttleRegistrations(deps), (c) => register(deps, c))
    .post('/oauth/token', throttleTokens(deps), async (c) => await answerToken(deps, c))
    .post('/oauth/revoke', throttleTokens(deps), async (c) => {
      const { token = '', client_id: clientId } = await formFields(c)
      if (!isId(clientId)) return oauthError(c, 'invalid_client', unknownApp)
      if (isSecret(token)) await revokeToken(deps, { token, clientId })
      return c.body(null, 200, secretly)
    })

const answerToken = async (deps: WebDeps, c: AnyContext): Promise<Response> => {
  const given = await formFields(c)
  const { grant_type: kind = '', client_id: clientId, resource } = given
  if (!Object.hasOwn(grants, kind))
    return oauthError(c, 'unsupported_grant_type', 'Send a code or refresh token.')
  if (!isId(clientId)) return oauthError(c, 'invalid_client', unknownApp)
  if (resource !== undefined && resource !== addressesOf(deps.config.publicUrl).resource)
    return oauthError(c, 'invalid_target', 'Tokens are only for the address of /mcp.')
  const granted = await grants[kind as keyof typeof grants](deps, clientId, given)
  if (!granted)
    return oauthError(c, 'invalid_grant', 'This is not valid, was used, or has expired.')
  return c.json(tokensIn(granted), 200, secretly)
}

const grants = {
  authorization_code: async (deps: WebDeps, clientId: string, given: Record<string, string>) => {
    const { code = '', redirect_uri: redirectUri = '', code_verifier: verifier = '' } = given
    if (!isSecret(code) || !isSecret(verifier)) return null
    return await connectApp(deps, { code, clientId, redirectUri, verifier })
  },
  refresh_token: async (deps: WebDeps, clientId: string, given: Record<string, string>) => {
    const token = given.refresh_token ?? ''
    return isSecret(token) ? await refreshTokens(deps, { token, clientId }) : null
  },
}

const tokensIn = ({ access, refresh, scopes }: Granted) => ({
  access_token: access,
  token_type: 'Bearer',
  expires_in: accessS,
  refresh_token: refresh,
  scope: scopes.join(' '),
})

const unknownApp = 'No app is registered with this client_id.'
/** Ours, or a verifier of RFC 7636. Anything else isn't hashed. */
const isSecret = (text: string): boolean => /^[A-Za-z0-9._~-]{43,128}$/.test(text)
