import type { AnyContext } from './env.ts'
import type { Said } from './said.ts'

/** Whether htmx asked for a part of a page. `HX-Request` alone is not enough: boosted and history requests want full pages. */
export const isPartial = (c: AnyContext): boolean => c.req.header('HX-Request-Type') === 'partial'

const isHtmx = (c: AnyContext): boolean => c.req.header('HX-Request') === 'true'

/**
 * The answer to a POST that worked. `said` is the sentence that the next page shows (web/said.ts): it travels in the
 * address, because there is one cookie and it is not for this (promise: A7).
 */
export const seeOther = (c: AnyContext, path: string, said?: Said): Response => {
  const [address = '', fragment] = path.split('#')
  const to = said ? `${address}${address.includes('?') ? '&' : '?'}said=${said}` : address
  const location = fragment ? `${to}#${fragment}` : to
  return isHtmx(c) ? c.body(null, 204, { 'HX-Location': location }) : c.redirect(location, 303)
}

/** Only an address of ours is followed after signing in; anything else becomes `/`. */
export const ownPath = (given: string | undefined): string => {
  if (!given?.startsWith('/') || /^\/[/\\]/.test(given) || /[\s\\]/.test(given)) return '/'
  return URL.canParse(given, 'http://own') && new URL(given, 'http://own').host === 'own' ? given : '/'
}

/** Text fields of a posted form; a repeated field keeps its last value, files are left out. */
export const formFields = async (c: AnyContext): Promise<Record<string, string>> => {
  const body = await c.req.parseBody()
  return Object.fromEntries(Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
