import type { AnyContext } from '../http/env.ts'

/** The errors of OAuth that we answer with (RFC 6749, 7591 and 8707). */
type OauthError =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'invalid_target'
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata'
  | 'unsupported_grant_type'
  | 'temporarily_unavailable'

export const oauthError = (
  c: AnyContext,
  error: OauthError,
  description: string,
  status: 400 | 503 = 400,
): Response => c.json({ error, error_description: description }, status, secretly)

/** For answers that have tokens in them. */
export const secretly = { 'Cache-Control': 'no-store' }
