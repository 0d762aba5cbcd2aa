import { createHash } from 'node:crypto'

/**
 * TikTok's challenge is the hex form of the SHA-256, not the base64url of RFC 7636.
 * Source: Login Kit for desktop.
 */
export const pkceChallenge = (verifier: string): string => createHash('sha256').update(verifier).digest('hex')

/**
 * TikTok knows two app types: Web (https only, no PKCE) and Desktop (localhost or 127.0.0.1, PKCE required).
 * The redirect address tells which one an installation is registered as.
 */
export const needsPkce = (redirectUri: string): boolean => {
  const { protocol, hostname } = new URL(redirectUri)
  return protocol === 'http:' && (hostname === 'localhost' || hostname === '127.0.0.1')
}
