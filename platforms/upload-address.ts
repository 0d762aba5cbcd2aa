import { PlatformError } from './errors.ts'

/**
 * Checks that an upload URL from a platform's answer belongs to the platform, because bytes and
 * tokens go there. `allowed` contains URLs such as `https://rupload.facebook.com`, or
 * `https://*.tiktokapis.com` for every host below a domain. Scheme and port must match too.
 */
export const uploadAddress = (given: string, allowed: string[], platform: string): string => {
  if (URL.canParse(given) && allowed.some((entry) => isBelow(new URL(given), entry))) return given
  const words = `${platform} named an upload address that is not one of its own. Nothing was sent. Ask your operator to check the settings.`
  throw new PlatformError({ kind: 'rejected', code: 'upload_address', words })
}

const isBelow = (given: URL, entry: string): boolean => {
  const isWildcard = entry.includes('://*.')
  const own = new URL(entry.replace('://*.', '://'))
  const fits = isWildcard
    ? given.hostname.endsWith(`.${own.hostname}`)
    : given.hostname === own.hostname
  return (
    fits &&
    given.protocol === own.protocol &&
    given.port === own.port &&
    given.username === '' &&
    given.password === ''
  )
}
