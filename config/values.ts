import { isIP } from 'node:net'

export type VaultKey = { id: string; key: Buffer }

// Parsers for the values of variables. Each throws the end of a sentence that begins with the
// variable's name.

export function text(given: string): string {
  return given
}

/** Text for pages and emails: one line of a reasonable length. */
export function line(given: string): string {
  const text = given.trim()
  if (/\p{Cc}/u.test(text) || text.length > 300)
    throw new Error('must be one line of at most 300 characters')
  return text
}

export function longText(characters: number): (given: string) => string {
  return (given) => {
    if (given.length < characters) throw new Error(`must have at least ${characters} characters`)
    return given
  }
}

export function matching(pattern: RegExp, description: string): (given: string) => string {
  return (given) => {
    if (!pattern.test(given)) throw new Error(`must be ${description}, not "${given}"`)
    return given
  }
}

export function oneOf<const T extends string>(...choices: T[]): (given: string) => T {
  return (given) => {
    const found = choices.find((choice) => choice === given)
    if (!found) throw new Error(`must be one of ${choices.join(', ')}, not "${given}"`)
    return found
  }
}

/** A comma-separated list of at least one choice, without repeats. */
export function someOf<const T extends string>(...choices: T[]): (given: string) => T[] {
  return (given) => {
    const names = given.split(',').map((name) => name.trim())
    const found = choices.filter((choice) => names.includes(choice))
    if (found.length === 0 || found.length !== names.length)
      throw new Error(
        `must be one or more of ${choices.join(', ')}, separated by commas, not "${given}"`,
      )
    return found
  }
}

export function boolean(given: string): boolean {
  return oneOf('true', 'false')(given) === 'true'
}

export function integer(min: number, max: number): (given: string) => number {
  return (given) => {
    if (!/^\d+$/.test(given) || Number(given) < min || Number(given) > max)
      throw new Error(`must be a whole number from ${min} to ${max}`)
    return Number(given)
  }
}

/** The error doesn't quote the value, because it may contain a password. */
export function urlOf(...protocols: string[]): (given: string) => string {
  return (given) => {
    const [scheme = ''] = /^[a-z][a-z0-9+.-]*:/i.exec(given) ?? []
    if (!protocols.includes(scheme.toLowerCase()))
      throw new Error(
        `must be a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
      )
    if (hasBareCharacters(given))
      throw new Error(
        'has a special character in its user name or password; write # as %23, / as %2F, ? as %3F, @ as %40, : as %3A and % as %25',
      )
    if (!URL.canParse(given)) throw new Error('is not a valid URL')
    return given
  }
}

/**
 * An unencoded #, / or ? in a password ends that part of the URL, so the URL has no user or can't
 * be parsed.
 */
function hasBareCharacters(given: string): boolean {
  if (!given.includes('@')) return false
  if (!URL.canParse(given)) return true
  const { username, password, hash } = new URL(given)
  return !username || hash !== '' || !isEncoded(username + password)
}

function isEncoded(text: string): boolean {
  return !/%(?![0-9a-f]{2})/i.test(text)
}

export function baseUrl(given: string): string {
  const url = new URL(urlOf('http:', 'https:')(given))
  if (url.search || url.hash || url.username)
    throw new Error('must be an address only: no user name, "?" or "#"')
  return [url.origin, ...url.pathname.split('/').filter(Boolean)].join('/')
}

/** `https://*.example.com` matches every host below the domain. */
export function uploadUrls(given: string): string[] {
  return given.split(',').map((entry) => {
    const url = entry.trim()
    if (!/^https?:\/\/(?:\*\.)?[a-z0-9.-]{1,253}(?::\d{1,5})?$/.test(url))
      throw new Error(
        `has "${url}", which is no address such as https://upload.example.com or https://*.example.com`,
      )
    return url
  })
}

export function origin(given: string): string {
  const url = new URL(baseUrl(given))
  if (url.pathname !== '/')
    throw new Error('must be an origin such as https://social.example.com, without a path')
  return url.origin
}

export function isLoopback(url: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname)
}

export function hostAndPort(given: string): string {
  return matching(/^(\[[0-9a-f:]+\]|[^\s/:]+):\d{1,5}$/i, 'host:port')(given)
}

export function addresses(given: string): string[] {
  const list = given.split(/[\s,]+/).filter(Boolean)
  for (const entry of list) {
    const [address = '', bits] = entry.split('/')
    const version = isIP(address)
    const widest = version === 6 ? 128 : 32
    const fits = bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= widest)
    if (!version || !fits)
      throw new Error(`has "${entry}", which is neither an address nor a range such as 10.0.0.0/8`)
    if (Number(bits) === 0 && bits !== undefined)
      throw new Error(
        `has "${entry}", which trusts everyone: any client could then choose the address that limits count`,
      )
  }
  return list
}

/** In OpenTelemetry's format. The error doesn't quote values, because they may be secret. */
export function headers(given: string): Record<string, string> {
  const entries = given.split(',').map((entry, index) => {
    const [, name, encoded = ''] = /^\s*([\w-]+)\s*=\s*(\S+)\s*$/.exec(entry) ?? []
    const value = decoded(encoded)
    if (!name || !value)
      throw new Error(`must be name=value, comma separated; entry ${index + 1} is not`)
    return [name, value]
  })
  return Object.fromEntries(entries)
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined // invalid percent-encoding
  }
}

export function mailAddress(given: string): string {
  const [, inBrackets] = /^[^<>\r\n]*<([^<>\r\n]*)>$/.exec(given) ?? []
  matching(
    /^[^\s<>@,;]+@[^\s<>@,;]+$/,
    'a mail address such as "Name <name@example.com>"',
  )(inBrackets ?? given)
  return given
}

export function vaultKeys(given: string): VaultKey[] {
  const keys = given.split(',').map((entry, index) => {
    const [, id, encoded] = /^\s*([\w-]{1,32}):([A-Za-z0-9+/_=-]+)\s*$/.exec(entry) ?? []
    if (!id || !encoded)
      throw new Error(`must be id:base64, comma separated; entry ${index + 1} is not`)
    const key = Buffer.from(encoded, 'base64')
    if (key.length !== 32) throw new Error(`must hold keys of 32 bytes; "${id}" has ${key.length}`)
    return { id, key }
  })
  if (new Set(keys.map((key) => key.id)).size < keys.length) throw new Error('uses an id twice')
  return keys
}
