/**
 * Checks a URL against the app's verified properties: a URL prefix (`https://host/path/`), or a
 * domain, which covers its subdomains and all paths.
 */
export function isVerifiedUrl(url: URL, verified: string[]): boolean {
  return verified.some((property) =>
    property.includes('://') ? startsWithPrefix(url, property) : isUnderDomain(url, property),
  )
}

/** TikTok's rules for URLs that it pulls (fact sheet 4.4). Returns what is wrong, or null. */
export function whyNotPullable(text: string, allowLocalMedia: boolean): string | null {
  if (!URL.canParse(text)) return `Not a URL: ${text.slice(0, 80)}`
  const url = new URL(text)
  if (isTikTokHost(url.hostname)) return 'The sandbox never contacts a real TikTok host.'
  if (allowLocalMedia && (url.protocol === 'http:' || url.protocol === 'https:')) return null
  if (url.protocol !== 'https:') return 'The URL must be https.'
  if (isIpAddress(url.hostname)) return 'The host of the URL must be a domain.'
  return null
}

/**
 * Compares string prefixes, as TikTok does. Both URLs are normalized, so that `..` can't leave the
 * prefix.
 */
const startsWithPrefix = (url: URL, prefix: string) =>
  URL.canParse(prefix) && url.href.startsWith(new URL(prefix).href)

const isUnderDomain = (url: URL, domain: string) =>
  url.hostname === domain || url.hostname.endsWith(`.${domain}`)

const isIpAddress = (hostname: string) => /^[\d.]+$/.test(hostname) || hostname.startsWith('[')

const isTikTokHost = (hostname: string) =>
  /(^|\.)(tiktok|tiktokapis|tiktokcdn)\.com$/.test(hostname)
