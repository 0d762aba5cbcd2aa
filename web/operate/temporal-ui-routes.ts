import { createHash } from 'node:crypto'
import { compress } from 'hono/compress'
import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'
import { proxy } from 'hono/proxy'
import { type AnyContext, forUsers, type UserEnv, type WebDeps } from '../env.ts'
import { refuseForeignWrites, securityHeaders } from '../headers.ts'
import { requireOperator, sessions } from '../session.ts'

/** What the UI needs of a request. No cookie and no address of the person goes there. */
const passedOn = ['accept', 'content-type', 'if-none-match', 'if-modified-since', 'caller-type']
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/**
 * promise: S4: Temporal's own pages behind our sign-in, for operators only. The UI itself has no sign-in: it listens on the loopback
 * or a private address, under /temporal as here. Its pages get a policy of their own, which lets them reach no other origin either.
 */
export const temporalUiRoutes = (deps: WebDeps) =>
  forUsers
    .createApp()
    .use('/temporal/*', policyOfPage, securityHeaders, compress(), refuseForeignWrites(deps.config.publicUrl), sessions(deps))
    .get('/temporal', requireOperator, (c) => c.redirect('/temporal/', 301))
    .on(methods, '/temporal/*', requireOperator, (c) => fromUi(deps, c))

const fromUi = async (deps: WebDeps, c: AnyContext): Promise<Response> => {
  const { uiUrl } = deps.config.temporal
  if (!uiUrl) throw new HTTPException(404, { message: 'No Temporal UI is set up here: TEMPORAL_UI_URL names it.' })
  const { pathname, search } = new URL(c.req.url)
  const answer = await proxy(uiUrl + pathname + search, {
    method: c.req.method,
    headers: headersFor(c),
    body: c.req.raw.body,
    redirect: 'manual',
    signal: c.req.raw.signal,
    ...(c.req.raw.body ? { duplex: 'half' } : {}),
  }).catch((error: unknown) => {
    if (c.req.raw.signal.aborted) return new Response(null, { status: 499 }) // whoever asked is gone
    deps.log.warn({ err: error }, 'the Temporal UI does not answer')
    throw new HTTPException(502, { message: 'The Temporal UI does not answer. Workflows run without it.' })
  })
  answer.headers.delete('set-cookie') // promise: A7: one cookie, ours
  answer.headers.delete('x-xss-protection')
  return answer.headers.get('content-type')?.startsWith('text/html') ? await page(c, answer) : answer
}

/** Its guard against foreign writes wants the same word in a cookie and a header. We have looked already, so any word will do. */
const headersFor = (c: AnyContext): Headers => {
  const headers = new Headers({ cookie: '_csrf=same-origin', 'x-csrf-token': 'same-origin' })
  for (const name of passedOn) {
    const value = c.req.header(name)
    if (value !== undefined) headers.set(name, value)
  }
  return headers
}

/** A page of the UI begins with one script in the page: its hash permits it, and nothing else. */
const page = async (c: AnyContext, answer: Response): Promise<Response> => {
  const html = await answer.text()
  const scripts = [...html.matchAll(/<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g)].map(([, code]) => hashOf(code ?? ''))
  c.set('policy', policy(scripts))
  answer.headers.delete('content-length')
  answer.headers.set('cache-control', 'no-store')
  return new Response(html, { status: answer.status, headers: answer.headers })
}

const hashOf = (code: string): string => `'sha256-${createHash('sha256').update(code).digest('base64')}'`

/** promise: A8: its editor makes styles and workers of its own; nothing comes from, and nothing goes to, another origin. */
const policy = (scripts: string[]): string =>
  [
    "default-src 'none'",
    `script-src 'self' ${scripts.join(' ')}`,
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

/** Outermost, so that it comes after our own policy. */
const policyOfPage = createMiddleware<UserEnv & { Variables: { policy?: string } }>(async (c, next) => {
  await next()
  const own = c.get('policy')
  if (own) c.res.headers.set('Content-Security-Policy', own)
})
