import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'
import { absoluteDays, findSession, insertSession, touchSession } from '../db/sessions.ts'
import { isPartial } from './answers.ts'
import type { AnyContext, Env, MemberEnv, Role, UserEnv, WebDeps } from './env.ts'

const cookie = 'session'
const freshMs = 10 * 60_000
// A page view is not worth a write.
const touchEveryMs = 5 * 60_000

/** Reads the cookie; afterwards `user` is a person or null. */
export const sessions = (deps: WebDeps) =>
  createMiddleware<Env>(async (c, next) => {
    c.set('user', null)
    c.set('session', null)
    c.set('memberships', [])
    const token = getCookie(c, cookie, 'host')
    const found = token ? await findSession(deps.sql, token, new Date(deps.now())) : null
    if (token && !found) endCookie(c)
    if (found) {
      c.set('user', found.user)
      c.set('session', found.session)
      c.set('memberships', found.memberships)
      const unseenMs = deps.now() - found.session.lastSeenAt.getTime()
      if (unseenMs > touchEveryMs) await touchSession(deps.sql, found.session.id, new Date(deps.now()))
    }
    await next()
  })

/** Signed-out people are sent to sign in, and come back afterwards. */
export const requireUser = createMiddleware<UserEnv>(async (c, next) => {
  if (c.get('user')) return await next()
  const back = c.req.method === 'GET' ? new URL(c.req.url).pathname + new URL(c.req.url).search : '/'
  const signIn = `/sign-in?next=${encodeURIComponent(back)}`
  if (isPartial(c)) return c.body(null, 401, { 'HX-Redirect': signIn })
  return c.redirect(signIn, 303)
})

/**
 * promise: D5: what belongs to a workspace is shown to its members only.
 * Finds :workspace among the person's own, so a stranger's workspace and one that does not exist look the same (404).
 * Guard each route with it by itself, not with `.use()`: routes files are all mounted at the root.
 */
export const requireMember = (role?: Role) =>
  createMiddleware<MemberEnv>(async (c, next) => {
    const halted = await requireUser(c as never, async () => undefined)
    if (halted) return halted
    const mine = c.get('memberships').find((membership) => membership.slug === c.req.param('workspace'))
    if (!mine) throw new HTTPException(404)
    // promise: A4: two roles; what is for admins is refused to managers
    c.set('workspace', { id: mine.id, slug: mine.slug, name: mine.name, zone: mine.zone })
    c.set('role', mine.role)
    if (role === 'admin' && mine.role !== 'admin') throw new HTTPException(403, { message: adminsOnly })
    await next()
  })

const adminsOnly = 'This is for admins of the workspace. Any of them can do it for you, or make you an admin.'

/** The one who runs the installation; to everybody else the page does not exist. */
export const requireOperator = createMiddleware<UserEnv>(async (c, next) => {
  const halted = await requireUser(c, async () => undefined)
  if (halted) return halted
  if (!c.get('user').isOperator) throw new HTTPException(404)
  await next()
})

/** For what is grave: the password was typed within the last ten minutes, or is asked for now. Comes after requireUser or requireMember. */
export const requireFreshPassword = (deps: WebDeps) =>
  createMiddleware<UserEnv>(async (c, next) => {
    if (deps.now() - c.get('session').passwordCheckedAt.getTime() < freshMs) return await next()
    const here = c.req.method === 'GET' ? new URL(c.req.url) : refererOf(c, deps.config.publicUrl)
    const ask = `/confirm-password?next=${encodeURIComponent(here.pathname + here.search)}`
    if (isPartial(c)) return c.body(null, 401, { 'HX-Redirect': ask })
    return c.redirect(ask, 303)
  })

/** Opens a session for the browser that asked. promise: A7: the one cookie, Secure and HttpOnly. */
export const startSession = async (c: AnyContext, deps: WebDeps, userId: string): Promise<void> => {
  const token = await insertSession(deps.sql, userId, new Date(deps.now()))
  setCookie(c, cookie, token, { prefix: 'host', httpOnly: true, sameSite: 'Lax', maxAge: absoluteDays * 86_400 })
}

export const endCookie = (c: AnyContext): void => {
  deleteCookie(c, cookie, { prefix: 'host', secure: true, path: '/' })
}

const refererOf = (c: AnyContext, publicUrl: string): URL => {
  const referer = c.req.header('referer')
  return referer && URL.canParse(referer) && new URL(referer).origin === publicUrl ? new URL(referer) : new URL('/', publicUrl)
}
