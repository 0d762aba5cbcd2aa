import { createHash } from 'node:crypto'
import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'
import { proxy } from 'hono/proxy'
import { compressWhenAsked } from '../http/compression.ts'
import { type AnyContext, forUsers, type UserEnv, type WebDeps } from '../http/env.ts'
import { readBody } from '../http/forms/body.ts'
import { refuseForeignWrites, securityHeaders } from '../http/headers.ts'
import { requireOperator, sessions } from '../http/session.ts'
import { isFresh } from '../people/sign-in/confirming.ts'

/**
 * The request headers that are forwarded to the UI. Cookies and the client's IP address are not.
 */
const passedOn = ['accept', 'content-type', 'if-none-match', 'if-modified-since', 'caller-type']
/** Temporal accepts payloads of up to 2 MB. */
export const temporalMaxBytes = 4 * 1024 * 1024
/**
 * Time limits until the response begins. The UI's long polls for new events wait at Temporal for up
 * to 20 s.
 */
export const deadlineMs = 10_000
export const newsDeadlineMs = 60_000
const lateWords =
  'The Temporal UI didn’t answer in time. Workflows run without it. Try again in a moment.'
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

/**
 * promise: S4: a proxy to the Temporal UI, for operators only. The UI has no sign-in of its own, so
 * it listens on loopback or a private address, under the path /temporal. Its pages get their own
 * CSP, which also blocks other origins.
 */
export const temporalUiRoutes = (deps: WebDeps) =>
  forUsers
    .createApp()
    .use(
      '/temporal/*',
      policyOfPage,
      securityHeaders,
      compressWhenAsked,
      refuseForeignWrites(deps.config.publicUrl),
      sessions(deps),
    )
    .get('/temporal', requireOperator, (c) => c.redirect('/temporal/', 301))
    .on(methods, '/temporal/*', requireOperator, requireFreshForWrites(deps), (c) =>
      fromUi(deps, c),
    )

/** Workflow queries are POST requests but change nothing. */
const isQuery = (path: string): boolean => /\/workflows\/[^/]+\/query(\/|$)/.test(path)

/**
 * Starting, ending or signaling a workflow requires a recently confirmed password. The UI shows the
 * message of a Temporal error, but can't show a page that asks for the password.
 */
const requireFreshForWrites = (deps: WebDeps) =>
  createMiddleware<UserEnv>(async (c, next) => {
    if (c.req.method === 'GET' || isQuery(c.req.path) || isFresh(c, deps)) return await next()
    const message = `Confirm your password first: open ${deps.config.publicUrl}/confirm?next=/temporal/ and try again within ten minutes.`
    return c.json({ code: permissionDenied, message, details: [] }, 403)
  })

const permissionDenied = 7 // google.rpc.Code

const fromUi = async (deps: WebDeps, c: AnyContext): Promise<Response> => {
  const { uiUrl } = deps.config.temporal
  if (!uiUrl)
    throw new HTTPException(404, { message: 'No Temporal UI is set up here. Set TEMPORAL_UI_URL.' })
  const { pathname, search, searchParams } = new URL(c.req.url)
  const body = c.req.method === 'GET' ? undefined : await readBody(c, temporalMaxBytes)
  const late = new AbortController()
  const waitsForNews = searchParams.get('waitNewEvent') === 'true'
  const timer = setTimeout(() => late.abort(), waitsForNews ? newsDeadlineMs : deadlineMs)
  const answer = await proxy(uiUrl + pathname + search, {
    method: c.req.method,
    headers: headersFor(c),
    body,
    redirect: 'manual',
    signal: AbortSignal.any([c.req.raw.signal, late.signal]),
  }).catch((error: unknown) => {
    // The client has disconnected.
    if (c.req.raw.signal.aborted) return new Response(null, { status: 499 })
    if (late.signal.aborted) throw new HTTPException(504, { message: lateWords })
    deps.log.warn({ err: error }, 'the Temporal UI does not answer')
    throw new HTTPException(502, {
      message: 'The Temporal UI doesn’t answer. Workflows run without it.',
    })
  })
  clearTimeout(timer)
  answer.headers.delete('set-cookie') // promise: A7: one cookie, ours
  answer.headers.delete('x-xss-protection')
  return answer.headers.get('content-type')?.startsWith('text/html')
    ? await page(c, answer)
    : answer
}

/**
 * The UI's CSRF protection requires the same value in a cookie and a header. We have checked the
 * origin already, so any value works.
 */
const headersFor = (c: AnyContext): Headers => {
  const headers = new Headers({ cookie: '_csrf=same-origin', 'x-csrf-token': 'same-origin' })
  for (const name of passedOn) {
    const value = c.req.header(name)
    if (value !== undefined) headers.set(name, value)
  }
  return headers
}

/** Sends a page of the UI. Its CSP allows exactly the inline scripts of this page, by hash. */
const page = async (c: AnyContext, answer: Response): Promise<Response> => {
  const html = await answer.text()
  c.set('policy', policy(inlineScripts(html).map(hashOf)))
  answer.headers.delete('content-length')
  answer.headers.set('cache-control', 'no-store')
  return new Response(html, { status: answer.status, headers: answer.headers })
}

const inlineScripts = (html: string): string[] =>
  html
    .split('<script')
    .slice(1)
    .flatMap((part) => {
      const [begin, end] = [part.indexOf('>'), part.indexOf('</script>')]
      return begin < 0 || end < begin || /\ssrc=/.test(part.slice(0, begin))
        ? []
        : [part.slice(begin + 1, end)]
    })

const hashOf = (code: string): string =>
  `'sha256-${createHash('sha256').update(code).digest('base64')}'`

/** promise: A8: the UI's editor needs inline styles and blob workers. Other origins are blocked. */
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

/** The outermost middleware, so that it replaces the policy of our own pages. */
const policyOfPage = createMiddleware<UserEnv & { Variables: { policy?: string } }>(
  async (c, next) => {
    await next()
    const own = c.get('policy')
    if (own) c.res.headers.set('Content-Security-Policy', own)
  },
)
