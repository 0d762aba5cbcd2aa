import type { Said } from '../pages/said.ts'
import type { AnyContext } from './env.ts'

export { formFields, formList } from './forms/forms.ts'

/**
 * Whether htmx requested part of a page. `HX-Request` alone isn't enough: boosted and history
 * requests want full pages.
 */
export const isPartial = (c: AnyContext): boolean => c.req.header('HX-Request-Type') === 'partial'

const isHtmx = (c: AnyContext): boolean => c.req.header('HX-Request') === 'true'

/**
 * Redirects after a successful POST. `said` is the sentence that the next page shows
 * (web/pages/said.ts). It is part of the URL, because the only cookie is the session's
 * (promise: A7). `undo` is what its Undo button refers to.
 */
export const seeOther = (c: AnyContext, path: string, said?: Said, undo?: string): Response => {
  const [address = '', fragment] = path.split('#')
  const saying = said ? `said=${said}${undo ? `&undo=${undo}` : ''}` : ''
  const to = said ? `${address}${address.includes('?') ? '&' : '?'}${saying}` : address
  const location = fragment ? `${to}#${fragment}` : to
  return isHtmx(c) ? c.body(null, 204, { 'HX-Location': location }) : c.redirect(location, 303)
}

/** The path to return to after signing in. Anything but a path on this site becomes `/`. */
export const ownPath = (given: string | undefined): string => {
  if (!given?.startsWith('/') || /^\/[/\\]/.test(given) || /[\s\\]/.test(given)) return '/'
  return URL.canParse(given, 'http://own') && new URL(given, 'http://own').host === 'own'
    ? given
    : '/'
}

/**
 * The page that a form wants to return to, without its old message. Undefined unless it is in the
 * same workspace.
 */
export const backIn = (c: AnyContext, given: string | undefined): string | undefined => {
  const path = ownPath(given)
  const base = `/w/${c.get('workspace').slug}/`
  return path.startsWith(base)
    ? path.replace(/([?&])(did|said|undo)=[^&]*&?/g, '$1').replace(/[?&]$/, '')
    : undefined
}
