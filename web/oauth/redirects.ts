/** Characters of a redirect URI. */
export const redirectMaxCharacters = 500

const isThisComputer = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && ['127.0.0.1', '[::1]', 'localhost'].includes(hostname)

/** Addresses have no other characters (RFC 3986). */
const addressCharacters = /^[\x21-\x7e]+$/

/** Where a person may be sent back to: https, or a program on their own computer (RFC 8252). */
export const isAllowedRedirect = (text: string): boolean => {
  if (text.length > redirectMaxCharacters || !addressCharacters.test(text)) return false
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  if (text.includes('#') || url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || isThisComputer(url)
}

/** Whether an app registered this address. On this computer, its port may be another one. */
export const isRegistered = (given: string, registered: string[]): boolean =>
  isAllowedRedirect(given) &&
  registered.some((one) => one === given || withoutPort(one) === withoutPort(given))

const withoutPort = (text: string): string => {
  const url = new URL(text)
  if (isThisComputer(url)) url.port = ''
  return isThisComputer(url) ? url.href : text
}

/** Whether the person is sent back to a program on their own computer. */
export const staysHere = (redirect: string): boolean => isThisComputer(new URL(redirect))

/** Whom the person is sent back to, in words. */
export const placeOf = (redirect: string): string =>
  staysHere(redirect) ? 'a program on this computer' : new URL(redirect).host
