import { isIP } from 'node:net'

export type VaultKey = { id: string; key: Buffer }

// What a value of the environment may look like. Each of these throws the end of a sentence that begins with the variable's name.

export function text(given: string): string {
  return given
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

/** The value stays out of the message: it may hold a password. */
export function urlOf(...protocols: string[]): (given: string) => string {
  return (given) => {
    if (!URL.canParse(given) || !protocols.includes(new URL(given).protocol)) {
      throw new Error(`must be a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`)
    }
    return given
  }
}

export function baseUrl(given: string): string {
  const url = new URL(urlOf('http:', 'https:')(given))
  if (url.search || url.hash || url.username) throw new Error('must be an address only: no user name, "?" or "#"')
  return url.href.replace(/\/+$/, '')
}

export function origin(given: string): string {
  const url = new URL(baseUrl(given))
  if (url.pathname !== '/') throw new Error('must be an origin such as https://social.example.com, without a path')
  return url.origin
}

export function isLoopback(url: string): boolean {
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname)
}

export function hostAndPort(given: string): string {
  return matching(/^(\[[0-9a-f:]+\]|[^\s/:]+):\d{1,5}$/i, 'host:port')(given)
}

export function addresses(given: string): string[] {
  const list = given
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  for (const entry of list) {
    const [address = '', bits] = entry.split('/')
    const version = isIP(address)
    const widest = version === 6 ? 128 : 32
    const fits = bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= widest)
    if (!version || !fits) throw new Error(`has "${entry}", which is neither an address nor a range such as 10.0.0.0/8`)
  }
  return list
}

/** As OpenTelemetry writes them. The values stay out of the message: they may be secret. */
export function headers(given: string): Record<string, string> {
  const entries = given.split(',').map((entry, index) => {
    const [, name, encoded = ''] = /^\s*([\w-]+)\s*=\s*(\S+)\s*$/.exec(entry) ?? []
    const value = decoded(encoded)
    if (!name || !value) throw new Error(`must be name=value, comma separated; entry ${index + 1} is not`)
    return [name, value]
  })
  return Object.fromEntries(entries)
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value)
  } catch {
    return undefined // not percent-encoded as it should be
  }
}

export function mailAddress(given: string): string {
  return matching(/^[^<>\r\n]*<?[^\s<>@]+@[^\s<>@]+>?$/, 'a mail address such as "Name <name@example.com>"')(given)
}

export function vaultKeys(given: string): VaultKey[] {
  const keys = given.split(',').map((entry, index) => {
    const [, id, encoded] = /^\s*([\w-]{1,32}):([A-Za-z0-9+/_=-]+)\s*$/.exec(entry) ?? []
    if (!id || !encoded) throw new Error(`must be id:base64, comma separated; entry ${index + 1} is not`)
    const key = Buffer.from(encoded, 'base64')
    if (key.length !== 32) throw new Error(`must hold keys of 32 bytes; "${id}" has ${key.length}`)
    return { id, key }
  })
  if (new Set(keys.map((key) => key.id)).size < keys.length) throw new Error('uses an id twice')
  return keys
}
