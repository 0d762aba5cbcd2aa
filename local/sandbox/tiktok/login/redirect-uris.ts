import type { TikTokApp } from '../context.ts'

/** Whether the app registered exactly this redirect_uri and its type allows it (fact sheet 2.1). */
export function isRegisteredRedirect(app: TikTokApp, redirectUri: string): boolean {
  return (
    isAllowedRedirect(app.type, redirectUri) &&
    app.redirectUris.some((registered) => matches(registered, redirectUri, app.type))
  )
}

/**
 * Web: https only. Desktop: http or https on localhost or 127.0.0.1 with a port. Never with a query
 * or a fragment.
 */
function isAllowedRedirect(type: TikTokApp['type'], redirectUri: string): boolean {
  if (redirectUri.length >= 512 || /[?#]/.test(redirectUri) || !URL.canParse(redirectUri))
    return false
  const url = new URL(redirectUri)
  if (type === 'web') return url.protocol === 'https:'
  const isLocal = url.hostname === 'localhost' || url.hostname === '127.0.0.1'
  return isLocal && url.port !== '' && (url.protocol === 'http:' || url.protocol === 'https:')
}

/** A desktop app can register the port as `*`. */
function matches(registered: string, redirectUri: string, type: TikTokApp['type']): boolean {
  if (type === 'web' || !registered.includes(':*')) return registered === redirectUri
  const [before, after] = registered.split(':*', 2) as [string, string]
  const port = redirectUri.slice(before.length, redirectUri.length - after.length)
  return redirectUri.startsWith(before) && redirectUri.endsWith(after) && /^:\d+$/.test(port)
}
