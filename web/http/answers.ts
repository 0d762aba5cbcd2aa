import type { Context } from 'hono'
import type { Said } from '../pages/said.ts'
import type { AnyContext, MemberEnv } from './env.ts'

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

/** Whether the client has this version already, so that the answer is a 304. `etag` has its quotes. */
export const isKnown = (c: AnyContext, etag: string): boolean =>
  c.req
    .header('If-None-Match')
    ?.split(',')
    .some((entry) => entry.trim() === '*' || entry.trim().replace(/^W\//, '') === etag) ?? false

/** Answers with a CSV file of the workspace. A table in parts is streamed, never in memory at once. */
export const sendCsv = (
  c: Context<MemberEnv>,
  table: string | AsyncIterable<string>,
  what: string,
): Response => {
  const body = typeof table === 'string' ? table : ReadableStream.from(encoded(table))
  return c.body(body, 200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="${c.var.workspace.slug}-${what}.csv"`,
    'Cache-Control': 'no-store',
  })
}

async function* encoded(parts: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  for await (const part of parts) yield encoder.encode(part)
}
