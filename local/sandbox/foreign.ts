const loopback = /^(localhost|[\w-]+\.localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d+)?$/i

type Asked = { method: string; header(name: string): string | undefined }

/**
 * Why a request to a development port is refused, or undefined. Another website can reach a port of
 * this machine in two ways: through its own host name that resolves to 127.0.0.1 (shown by Host),
 * or by sending a form (shown by Origin). `ownHost`: another allowed host name for this port.
 */
export function foreignReason({ method, header }: Asked, ownHost?: string): string | undefined {
  const host = header('host') ?? ''
  if (!loopback.test(host) && host !== ownHost)
    return 'This port only answers to the names of this machine.'
  if (['GET', 'HEAD', 'OPTIONS'].includes(method)) return undefined
  return isSameOrigin(host, header) ? undefined : 'This port takes no forms from other sites.'
}

/**
 * Programs send neither header. For a page that hides its URL, a browser sends "null" as Origin.
 */
function isSameOrigin(host: string, header: Asked['header']): boolean {
  const [origin, site] = [header('origin'), header('sec-fetch-site')]
  if (origin === undefined || origin === 'null')
    return site === undefined ? origin === undefined : /^(same-origin|none)$/.test(site)
  return URL.canParse(origin) && new URL(origin).host === host
}
