import { createHash } from 'node:crypto'

/**
 * TikTok's challenge is the SHA-256 in hex, not in base64url as in RFC 7636. Source: Login Kit for
 * desktop.
 */
export const pkceChallenge = (verifier: string): string =>
  createHash('sha256').update(verifier).digest('hex')

/**
 * TikTok has two app types: Web (https only, no PKCE) and Desktop (localhost or 127.0.0.1, PKCE
 * required). The redirect URI shows which type this installation uses.
 */
export const needsPkce = (redirectUri: string): boolean => {
  const { protocol, hostname } = new URL(redirectUri)
  return protocol === 'http:' && (hostname === 'localhost' || hostname === '127.0.0.1')
}
