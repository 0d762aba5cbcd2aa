import type { Meta } from '../meta.ts'
import { isKnownScope, splitScopes } from './scopes.ts'

export type DialogRequest = {
  redirectUri: string
  state: string | null
  scopes: string[]
  authType: string | null
  /** Facebook Login for Business: with config_id, either all permissions are granted or none. */
  allOrNothing: boolean
}

/**
 * What the app requests from the dialog. Problems are shown to the person: Meta never redirects to
 * an unknown URL.
 */
export function readDialogRequest(
  meta: Meta,
  query: URLSearchParams,
): DialogRequest | { problem: string } {
  if (query.get('client_id') !== meta.app.id)
    return { problem: 'Invalid App ID: the app ID does not look valid.' }
  const redirectUri = query.get('redirect_uri') ?? ''
  if (!meta.app.redirectUris.includes(redirectUri)) {
    return {
      problem:
        "URL blocked: this redirect failed because the redirect URI is not white-listed in the app's client OAuth settings.",
    }
  }
  if ((query.get('response_type') ?? 'code') !== 'code')
    return { problem: 'Not implemented in the sandbox: response_type other than code.' }
  const allOrNothing = query.has('config_id')
  const scopes = allOrNothing
    ? meta.settings.loginConfigScopes
    : splitScopes(query.get('scope') ?? 'public_profile')
  const unknown = scopes.filter((scope) => !isKnownScope(scope))
  if (unknown.length > 0) return { problem: `Invalid scopes: ${unknown.join(', ')}.` }
  return {
    redirectUri,
    state: query.get('state'),
    scopes,
    authType: query.get('auth_type'),
    allOrNothing,
  }
}
